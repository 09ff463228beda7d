import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

const compress = promisify(gzip);

/** Compression is used if the result is below this share of the original. JSON with repeated names shrinks to about a tenth. */
const worthwhileShare = 0.9;

/** Compresses a body by gzip on another thread. Returns undefined if that would save little. */
export async function compressBody(body: string): Promise<Buffer | undefined> {
  const plain = Buffer.from(body);
  const packed = await compress(plain, { level: constants.Z_BEST_SPEED });
  return packed.length < plain.length * worthwhileShare ? packed : undefined;
}
