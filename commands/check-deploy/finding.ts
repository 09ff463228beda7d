/** A fault of a deployment file, in the words that `npm run check:deploy` prints. */
export interface Finding {
  /** Path from the root of the project. */
  readonly file: string;
  /** What is at fault, such as `services.fleet`. */
  readonly at: string;
  readonly says: string;
}

/** Several checks find the same fault, such as that of a file which they all read. */
export function uniqueFindings(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((finding) => [describeFinding(finding), finding])).values()];
}

export const describeFinding = ({ file, at, says }: Finding): string => `${file} ${at}: ${says}`;
