import { BodyTooLarge, contentCodingOf, decompress } from '../content-coding.ts';
import type { RawAnswer } from './answer.ts';
import { AnswerBytes } from './answer-bytes.ts';
import type { EndpointLimits } from './config.ts';
import { type FailedAttempt, malformed } from './failures.ts';

interface Endpoint {
  readonly name: string;
  readonly limits: Pick<EndpointLimits, 'maxResponseBytes'>;
}

/** The answer without its content coding. Never rejects. */
export async function decompressed(endpoint: Endpoint, answer: RawAnswer): Promise<RawAnswer | FailedAttempt> {
  const { name, limits } = endpoint;
  const coding = contentCodingOf(answer.contentEncoding);
  if (coding === 'identity') return answer;
  if (!coding)
    return unread(answer, malformed(name, "A subgraph's answer is compressed in a way that nobody asked for."));
  try {
    const bytes = new AnswerBytes();
    bytes.add(await decompress(coding, answer.bytes.whole(), limits.maxResponseBytes));
    return { ...answer, bytes };
  } catch (error) {
    const message =
      error instanceof BodyTooLarge
        ? "A subgraph's answer is too large."
        : "A subgraph's answer is compressed wrongly.";
    return unread(answer, malformed(name, message, error));
  }
}

/** Where the status says that the subgraph failed, what is in the body matters less. */
function unread(answer: RawAnswer, failed: FailedAttempt): RawAnswer | FailedAttempt {
  return answer.status < 300 ? failed : { ...answer, contentType: undefined };
}
