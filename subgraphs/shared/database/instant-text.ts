const dayMs = 86_400_000;
const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
const threeDigits = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0'));

/** Texts of known days, up to the `T`. */
const days = new Map<number, string>();
const maxDays = 10_000;

/** The text of `toISOString` (P22). */
export function instantText(at: Date): string {
  const day = Math.floor(at.getTime() / dayMs);
  const withinDay = at.getTime() - day * dayMs;
  const seconds = Math.floor(withinDay / 1_000);
  const minutes = Math.floor(seconds / 60);
  const clock = `${twoDigits[Math.floor(minutes / 60)]}:${twoDigits[minutes % 60]}:${twoDigits[seconds % 60]}`;
  return `${dayText(day)}${clock}.${threeDigits[withinDay % 1_000]}Z`;
}

function dayText(day: number): string {
  const known = days.get(day);
  if (known !== undefined) return known;
  if (days.size >= maxDays) days.clear();
  const iso = new Date(day * dayMs).toISOString();
  const text = iso.slice(0, iso.indexOf('T') + 1);
  days.set(day, text);
  return text;
}
