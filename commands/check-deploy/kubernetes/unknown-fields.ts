/** Objects that a validation reads, with the names it reads or asks for. */
type Reads = Map<object, Set<string>>;

/**
 * Validates a value and lists the fields that the validation did not read, which are misspelt: a generated validator reads the fields of its
 * model and no others. Maps are read whole; a value of any form is not read at all.
 */
export function findUnknownFields<T extends object>(value: T, validate: (watched: T) => void): readonly string[] {
  const reads: Reads = new Map();
  validate(watch(value, reads));
  return listUnread(value, reads, '');
}

function watch<T extends object>(value: T, reads: Reads): T {
  return new Proxy(value, {
    get(target, key, receiver) {
      const found: unknown = Reflect.get(target, key, receiver);
      note(target, key, reads);
      return typeof found === 'object' && found !== null ? watch(found, reads) : found;
    },
  });
}

function note(target: object, key: string | symbol, reads: Reads): void {
  if (typeof key === 'symbol') return;
  const known = reads.get(target);
  if (known) known.add(key);
  else reads.set(target, new Set([key]));
}

function listUnread(value: object, reads: Reads, path: string): readonly string[] {
  const names = reads.get(value);
  if (!names) return [];
  return Object.entries(value).flatMap(([name, found]): readonly string[] => {
    const at = path ? `${path}.${name}` : name;
    if (!names.has(name)) return [at];
    return typeof found === 'object' && found !== null ? listUnread(found, reads, at) : [];
  });
}
