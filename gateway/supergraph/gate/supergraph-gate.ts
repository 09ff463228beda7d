import { errorMessage } from '#shared/errors/error-code.ts';
import type { Log } from '#shared/runtime/log.ts';
import { documentId } from '../../access/documents/manifest.ts';
import type { TrustedDocuments } from '../../access/documents/trusted-documents.ts';
import type { GatewayConfig } from '../../config.ts';
import { kindsOfClient } from '../kinds-of-client.ts';
import { describeFinding, type GateFinding } from './finding.ts';
import { gateDocuments } from './gate-documents.ts';
import type { RecentOperations } from './recent-operations.ts';
import { type GateReport, runGate } from './run-gate.ts';

/** What became of a comparison. `accepted`: an administrator has accepted the supergraph, so nothing was compared. */
export const gateOutcomes = ['passed', 'refused', 'reported', 'accepted', 'failed'] as const;
export type GateOutcome = (typeof gateOutcomes)[number];

export interface GateOptions {
  readonly config: GatewayConfig;
  readonly log: Log;
  readonly trusted: TrustedDocuments;
  readonly recent: RecentOperations;
  /** True for a supergraph that an administrator has accepted, by the SHA-256 of its text. */
  readonly isAccepted: (hash: string) => boolean;
  readonly onOutcome?: ((outcome: GateOutcome, report?: GateReport) => void) | undefined;
}

/** A supergraph that would damage documents. */
export class GateRefusal extends Error {
  override name = 'GateRefusal';
  readonly findings: readonly GateFinding[];

  constructor(findings: readonly GateFinding[]) {
    const [first] = findings;
    const others = findings.length > 1 ? `, and ${findings.length - 1} more` : '';
    super(`it damages documents: ${first ? describeFinding(first) : ''}${others}`);
    this.findings = findings;
  }
}

/** Findings that are logged of one supergraph. */
const maxLogged = 50;

/** Compares a new supergraph with the current one before it takes over, on the documents of partners and on recent operations. */
export class SupergraphGate {
  readonly #options: GateOptions;
  #stopping = new AbortController();

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Under `enforce`: @throws GateRefusal for a supergraph that damages documents and is not accepted; Error if that can't be found out */
  async admit(next: string, current: string): Promise<void> {
    const { config, isAccepted, onOutcome } = this.#options;
    if (config.supergraphGate !== 'enforce') return;
    if (isAccepted(documentId(next))) {
      onOutcome?.('accepted');
      return;
    }
    const report = await this.#compare(next, current);
    if (report.findings.length === 0) {
      onOutcome?.('passed', report);
      return;
    }
    this.#log('error', next, report);
    // It may have been accepted meanwhile.
    if (isAccepted(documentId(next))) {
      onOutcome?.('accepted', report);
      return;
    }
    onOutcome?.('refused', report);
    throw new GateRefusal(report.findings);
  }

  /** Under `report`: logs what a supergraph that has taken over damages. A comparison that still runs ends. Never rejects. */
  async report(next: string, previous: string): Promise<void> {
    const { config, log, onOutcome } = this.#options;
    if (config.supergraphGate !== 'report') return;
    this.stop();
    const stopping = new AbortController();
    this.#stopping = stopping;
    try {
      const report = await this.#compare(next, previous);
      if (report.findings.length > 0) this.#log('warn', next, report);
      onOutcome?.(report.findings.length > 0 ? 'reported' : 'passed', report);
    } catch (error) {
      if (!stopping.signal.aborted) log.warn({ err: error }, 'documents are not compared under the new supergraph');
    }
  }

  /** Ends a comparison that runs. */
  stop(): void {
    this.#stopping.abort();
    this.#stopping = new AbortController();
  }

  async #compare(next: string, current: string): Promise<GateReport> {
    const { config, trusted, recent, onOutcome } = this.#options;
    const { limits, introspection, assumedListSize, planTimeoutMs } = config;
    const settings = { limits, introspection, assumedListSize, planTimeoutMs };
    const { signal } = this.#stopping;
    try {
      return await runGate(
        gateDocuments(trusted, recent),
        { current, next, settings, clients: kindsOfClient(config) },
        signal,
      );
    } catch (error) {
      if (signal.aborted) throw new Error('the comparison of documents was ended', { cause: error });
      onOutcome?.('failed');
      throw new Error(`its documents can not be compared: ${errorMessage(error)}`, { cause: error });
    }
  }

  #log(level: 'error' | 'warn', next: string, { findings, examined, skipped, milliseconds }: GateReport): void {
    const described = findings.slice(0, maxLogged).map(describeFinding);
    const about = { supergraph: documentId(next), findings: findings.length, examined, skipped, milliseconds };
    this.#options.log[level]({ ...about, damaged: described }, 'a new supergraph damages documents');
  }
}
