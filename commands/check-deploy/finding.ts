/** A fault of a deployment file, in the words that `npm run check:deploy` prints. */
export interface Finding {
  /** Path from the root of the project. */
  readonly file: string;
  /** What is at fault, such as `services.fleet`. */
  readonly at: string;
  readonly says: string;
}

export const describeFinding = ({ file, at, says }: Finding): string => `${file} ${at}: ${says}`;
