import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { errorCode } from '#shared/errors/error-code.ts';
import { readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';
import { ConfigurationError, needs } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import type { ChainHead } from '../subgraphs/access/domain/audit-chain.ts';
import { reviewAccess } from '../subgraphs/access/store/access-review.ts';
import { exportTrail } from '../subgraphs/access/store/export-audit.ts';
import { verifyAuditTrail } from '../subgraphs/access/store/verify-audit.ts';
import { openAccounts, openTrail } from './audit/open-trail.ts';

const command = {
  call: 'npm run -s audit --',
  does: 'Reads the audit trail in the database. `verify` finds what was removed, altered or moved, and then exits with 1. `export` writes it as JSON lines, oldest first. `review` writes each account with its roles, last sign-in, second factor and API key as a JSON line.',
  takes: 'verify | export | review',
  options: {
    from: { type: 'string', value: 'SEQUENCE', default: '1', help: 'first link of the chain' },
    to: { type: 'string', value: 'SEQUENCE', help: 'last link; default: the last of the chain' },
    head: {
      type: 'string',
      value: 'SEQUENCE:HASH',
      help: 'verify: a head from the log, which the chain must still contain',
    },
    file: {
      type: 'string',
      value: 'FILE',
      writes: 'file',
      help: 'export, review: appends to this file; default: standard output',
    },
  },
} as const;

const sequenceOf = (option: string, text: string): number => wholeNumber(option, text, 1, Number.MAX_SAFE_INTEGER);

function parseHead(text: string): ChainHead {
  const [, sequence, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? [];
  if (sequence === undefined || hash === undefined)
    throw needs('--head', 'a sequence and a hash, such as 17:9f86…', text);
  return { sequence: Number(sequence), hash };
}

/** Prints lines until they end, or until a reader such as `head` has enough. */
async function printLines(lines: AsyncIterable<string>): Promise<void> {
  await pipeline(lines, process.stdout, { end: false }).catch((error: unknown) => {
    if (errorCode(error) !== 'EPIPE') throw error;
  });
}

try {
  const { values, positionals } = readCommandLine(command);
  const [action, ...others] = positionals;
  if (others.length > 0 || (action !== 'verify' && action !== 'export' && action !== 'review'))
    throw needs('npm run audit', 'verify, export or review', positionals.join(' '));
  const range = {
    from: sequenceOf('from', values.from),
    to: values.to === undefined ? null : sequenceOf('to', values.to),
  };
  const anchor = values.head === undefined ? null : parseHead(values.head);
  await using resources = new AsyncDisposableStack();
  const client = await openTrail(resources);
  if (action !== 'verify') {
    const lines = action === 'export' ? exportTrail(client, range) : reviewAccess(client, await openAccounts(client));
    if (values.file === undefined) await printLines(lines);
    else await pipeline(lines, createWriteStream(values.file, { flags: 'a', mode: 0o600 }));
  } else {
    const { fault, checked, verifiedTo, head } = await verifyAuditTrail(client, { ...range, anchor }, new Date());
    const found = `${checked} links are right, up to ${verifiedTo}. The head is ${head.sequence}:${head.hash}.`;
    if (fault)
      throw new ConfigurationError(
        `${fault.kind} at link ${fault.sequence}${fault.recordId ? `, record ${fault.recordId}` : ''}. ${found}`,
      );
    console.log(found);
  }
} catch (error) {
  exitWith(error);
}
