/** A path in the form of graphql-js. */
export interface Path {
  readonly prev: Path | undefined;
  readonly key: string | number;
  readonly typename: string | undefined;
}

/** The values of an object or a list of the result, by response key or index. */
export type Target = Record<string | number, unknown>;

/** An object or a list of the result while it is completed. The outermost frame is the data. */
export interface Frame {
  readonly target: Target;
  readonly parent: Frame | undefined;
  /** Where the parent has it. */
  readonly key: string | number;
  /** The object type of the parent. Undefined if the parent is a list. */
  readonly typename: string | undefined;
  /** True if its type is non-null, so that the parent becomes null with it. */
  readonly isRequired: boolean;
  /** True if an error has replaced it by null. Its other values are not completed any more. */
  isNull: boolean;
}

export function pathOf(frame: Frame, key: string | number, typename: string | undefined): Path {
  const prev = frame.parent && pathOf(frame.parent, frame.key, frame.typename);
  return { prev, key, typename };
}

export function keysOf(frame: Frame, key: string | number): (string | number)[] {
  const keys = [key];
  for (let at = frame; at.parent; at = at.parent) keys.unshift(at.key);
  return keys;
}

/** True if the frame or one around it has become null. */
export function isDetached(frame: Frame): boolean {
  for (let at: Frame | undefined = frame; at; at = at.parent) if (at.isNull) return true;
  return false;
}

/** Replaces a value by null. A non-null one cannot be null, so that the object or list around it becomes null. */
export function replaceByNull(frame: Frame, key: string | number, isRequired: boolean): void {
  if (!isRequired) frame.target[key] = null;
  else {
    frame.isNull = true;
    if (frame.parent) replaceByNull(frame.parent, frame.key, frame.isRequired);
  }
}
