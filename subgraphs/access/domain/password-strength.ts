import { refuse } from '#shared/errors/errors.ts';

/** Whose password it is: what is known of its owner is the first thing that is tried. */
export interface PasswordOwner {
  readonly email: string;
  readonly name: string;
}

/** zxcvbn's scale from 0 to 4: below 3 a password is found within 10^8 guesses. */
const requiredScore = 3;
/** Characters looked at: the time grows with their square, and what is strong so far stays strong. */
const longestChecked = 40;
/** What an attacker tries first against this company. */
const companyWords = ['infamous', 'freight'];

/**
 * Refuses a password that is guessed easily: known ones and their variations, repetitions, sequences, and the e-mail
 * address or name of its owner (NIST SP 800-63B, 5.1.1.2). Refusal: WEAK_PASSWORD.
 */
export async function requireStrongPassword(password: string, owner: PasswordOwner, field: string): Promise<void> {
  estimator ??= loadEstimator();
  const { score } = (await estimator).check(unknownPart(password, owner).slice(0, longestChecked));
  if (score < requiredScore) {
    const advice = 'Choose one that is not a common password and does not contain your name or e-mail address.';
    refuse('WEAK_PASSWORD', `This password is easy to guess. ${advice}`, field);
  }
}

/** What is left of a password without the words that are known of its owner: they make it no stronger. */
function unknownPart(password: string, { email, name }: PasswordOwner): string {
  const words = [...`${email} ${name}`.split(/[^\p{L}\p{N}]+/u), ...companyWords].filter(({ length }) => length > 2);
  const known = new RegExp(words.map((word) => RegExp.escape(word)).join('|'), 'giu');
  return password.normalize('NFKC').replaceAll(known, '');
}

let estimator: ReturnType<typeof loadEstimator> | undefined;

/** The list of known passwords takes some 30 MB: it is loaded with the first password that is set. */
async function loadEstimator() {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new ZxcvbnFactory({ dictionary: { ...dictionary }, graphs: adjacencyGraphs });
}
