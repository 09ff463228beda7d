/** Measures what compressing a response costs and saves, by size. The threshold of `gateway/edges/http/compression.ts` comes from here. */
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { orExit } from '#shared/runtime/exit.ts';

orExit(() =>
  readCommandLine({
    call: 'npm run bench:compression --',
    does: 'What compressing a response costs and saves, by its size. See bench/compression/README.md.',
    options: {},
  }),
);

const codings = {
  zstd: (text: Buffer) => zstdCompressSync(text),
  br: (text: Buffer) => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: (text: Buffer) => gzipSync(text),
};

/** A page of shipments of at least so many bytes. */
function responseOf(bytes: number): Buffer {
  const nodes: object[] = [];
  for (let index = 0; JSON.stringify({ data: { shipments: { nodes } } }).length < bytes; index++) {
    nodes.push({
      id: `0198f3a1-${(index * 7919).toString(16).padStart(4, '0')}-7c31-9b1e-${(index * 104_729).toString(16).padStart(12, '0')}`,
      reference: `IF-2026-${String(index * 37).padStart(6, '0')}`,
      status: ['DELIVERED', 'IN_TRANSIT', 'BOOKED'][index % 3],
      price: { amount: ((index * 1_237) % 90_000) / 100, currency: 'USD' },
    });
  }
  return Buffer.from(JSON.stringify({ data: { shipments: { nodes } } }).slice(0, bytes));
}

function microseconds(run: () => void): number {
  const runs = 2_000;
  for (let warm = 0; warm < 200; warm++) run();
  const began = process.cpuUsage();
  for (let count = 0; count < runs; count++) run();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / runs;
}

console.log('bytes   coding  compressed   CPU µs');
for (const bytes of [256, 512, 1_024, 2_048, 4_096, 16_384, 65_536]) {
  const response = responseOf(bytes);
  for (const [name, compress] of Object.entries(codings)) {
    const share = (100 * compress(response).length) / bytes;
    const cost = microseconds(() => compress(response));
    console.log(
      `${String(bytes).padEnd(7)} ${name.padEnd(8)} ${share.toFixed(0).padStart(8)} % ${cost.toFixed(0).padStart(8)}`,
    );
  }
}
