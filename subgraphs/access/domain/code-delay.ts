/** Wrong codes in a row without a delay: people mistype. */
const freeTries = 2;
const firstSeconds = 5;
const maxSeconds = 3_600;

/**
 * Seconds until an account may try the next code after this many wrong ones in a row: 5 after the third, then twice as many
 * each time, up to an hour. Somebody who knows the password can then try about 30 of a million codes a day.
 */
export function delaySeconds(failures: number): number {
  return failures <= freeTries ? 0 : Math.min(maxSeconds, firstSeconds * 2 ** (failures - freeTries - 1));
}
