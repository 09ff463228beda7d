import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

const compress = promisify(gzip);

/** Below this share of the original it pays; JSON with repeating names comes out at a tenth. */
const worthwhileShare = 0.9;

/** The body as gzip, made on a thread of its own; undefined where it would hardly be smaller. */
export async function compressBody(body: string): Promise<Buffer | undefined> {
  const plain = Buffer.from(body);
  const packed = await compress(plain, { level: constants.Z_BEST_SPEED });
  return packed.length < plain.length * worthwhileShare ? packed : undefined;
}
