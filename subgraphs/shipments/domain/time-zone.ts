const known = new Map<string, boolean>();
const mostKnown = 1_000;

/** True for a time zone of the IANA database. Results are cached, because creating a formatter is slow. */
export function isTimeZone(name: string): boolean {
  let isZone = known.get(name);
  if (isZone === undefined) {
    isZone = canFormat(name);
    if (known.size < mostKnown) known.set(name, isZone);
  }
  return isZone;
}

function canFormat(timeZone: string): boolean {
  // The formatter also accepts offsets such as +01:00, but these have no daylight saving time.
  if (!/^[A-Za-z]/.test(timeZone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}
