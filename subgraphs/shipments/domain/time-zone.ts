const known = new Map<string, boolean>();
const mostKnown = 1_000;

/** True for a zone of the IANA database. Building a formatter is slow, so answers are kept. */
export function isTimeZone(name: string): boolean {
  let answer = known.get(name);
  if (answer === undefined) {
    answer = formats(name);
    if (known.size < mostKnown) known.set(name, answer);
  }
  return answer;
}

function formats(timeZone: string): boolean {
  // Offsets such as +01:00 format as well, but they know no daylight saving time.
  if (!/^[A-Za-z]/.test(timeZone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}
