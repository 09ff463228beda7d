import { refuse } from '#shared/errors/errors.ts';

/** The owner of a password. Attackers try data of the owner first. */
export interface PasswordOwner {
  readonly email: string;
  readonly name: string;
}

/** zxcvbn scores from 0 to 4. Below 3 a password is found within 10^8 guesses. */
const requiredScore = 3;
/** Maximum number of checked characters, because the time grows with their square. More characters do not make a password weaker. */
const maxCheckedLength = 40;
/** Words that attackers of this company try first. */
const companyWords = ['infamous', 'freight'];

/**
 * Refuses a password that is easy to guess: common passwords and their variations, repetitions, sequences, and the e-mail
 * address or name of its owner (NIST SP 800-63B, 5.1.1.2).
 * @throws Refusal WEAK_PASSWORD
 */
export async function requireStrongPassword(password: string, owner: PasswordOwner, field: string): Promise<void> {
  estimator ??= loadEstimator();
  const { score } = (await estimator).check(withoutKnownWords(password, owner).slice(0, maxCheckedLength));
  if (score < requiredScore) {
    const advice = 'Choose one that is not a common password and does not contain your name or e-mail address.';
    refuse('WEAK_PASSWORD', `This password is easy to guess. ${advice}`, field);
  }
}

/** Removes words about the owner and the company from a password, because they do not make it stronger. */
function withoutKnownWords(password: string, { email, name }: PasswordOwner): string {
  const words = [...`${email} ${name}`.split(/[^\p{L}\p{N}]+/u), ...companyWords].filter(({ length }) => length > 2);
  const known = new RegExp(words.map((word) => RegExp.escape(word)).join('|'), 'giu');
  return password.normalize('NFKC').replaceAll(known, '');
}

let estimator: ReturnType<typeof loadEstimator> | undefined;

/** The list of common passwords takes about 30 MB, so it is loaded when the first password is set. */
async function loadEstimator() {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new ZxcvbnFactory({ dictionary: { ...dictionary }, graphs: adjacencyGraphs });
}
