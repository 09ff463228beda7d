import type { ErrorCode } from '#shared/errors/errors.ts';

/**
 * Which documents an audience may run: `registered` ones only; by `apq` also others, if each is sent with its hash; `free`: any text; `log-only`: any
 * text, and the gateway reports what `registered` would refuse.
 */
export const documentPolicies = ['registered', 'apq', 'free', 'log-only'] as const;
export type DocumentPolicy = (typeof documentPolicies)[number];

/** How a request names its document. `listed`: by the id of a document that is registered for its caller. */
export type DocumentForm = 'listed' | 'unlisted hash' | 'unlisted hash with text' | 'text';

/** `run` the document; `look up` the text that a client has sent with this hash before; `keep` the text under its hash and run it; or refuse. */
export type DocumentAction = 'run' | 'look up' | 'keep' | Refusal;
type Refusal = Extract<ErrorCode, 'PERSISTED_QUERY_NOT_IN_LIST' | 'PERSISTED_QUERY_ID_REQUIRED'>;

export interface DocumentRule {
  readonly action: DocumentAction;
  /** The code that would refuse the request under `registered`. */
  readonly report?: Refusal;
}

const notInList = 'PERSISTED_QUERY_NOT_IN_LIST';
const idRequired = 'PERSISTED_QUERY_ID_REQUIRED';

export const documentRules: Readonly<Record<DocumentPolicy, Readonly<Record<DocumentForm, DocumentRule>>>> = {
  registered: {
    listed: { action: 'run' },
    'unlisted hash': { action: notInList },
    'unlisted hash with text': { action: notInList },
    text: { action: idRequired },
  },
  apq: {
    listed: { action: 'run' },
    'unlisted hash': { action: 'look up' },
    'unlisted hash with text': { action: 'keep' },
    text: { action: idRequired },
  },
  free: {
    listed: { action: 'run' },
    'unlisted hash': { action: 'look up' },
    'unlisted hash with text': { action: 'keep' },
    text: { action: 'run' },
  },
  'log-only': {
    listed: { action: 'run' },
    'unlisted hash': { action: 'look up', report: notInList },
    'unlisted hash with text': { action: 'keep', report: notInList },
    text: { action: 'run', report: idRequired },
  },
};
