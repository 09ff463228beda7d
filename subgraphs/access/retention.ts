import { daysOfFailures } from '#shared/database/audit-schema.ts';
import { builtIn, chore, days, type Retention, stays } from '#shared/database/retention.ts';
import { keptDays } from './domain/usage-inputs.ts';

/** How long the tables of the access subgraph keep their rows. */
export const retention: Retention = {
  organization: {
    holds: 'name, billing address and VAT id of a customer',
    until: stays,
    why: 'contracts and invoices refer to it',
  },
  account: {
    holds: 'name, e-mail address, roles and password hash of a person',
    until: stays,
    why: 'the person uses it; erasePersonalData replaces name and address by a pseudonym, to which records refer',
  },
  session: {
    holds: 'times, network and program of a sign-in and of the last use',
    until: chore('deleteOldSessions', '15 minutes after its end, or 14 days after its last use'),
    why: 'the person stays signed in; gateways must know ended sessions as long as their access tokens are valid',
  },
  second_factor: {
    holds: 'the sealed secret of an authenticator app',
    until: stays,
    why: 'needed at each sign-in until it is removed, reset or erased',
  },
  recovery_code: { holds: 'hashes of recovery codes', until: stays, why: 'go with the second factor' },
  sign_in_challenge: {
    holds: 'a sign-in that waits for a code',
    until: days(0, 'expires_at'),
    why: 'it can be answered for 5 minutes',
  },
  password_reset: {
    holds: 'the hash of a token that resets a password',
    until: days(0, 'expires_at'),
    why: 'the token is valid so long',
  },
  password_try: {
    holds: 'counts of attempts, by keyed hashes of network and e-mail address',
    until: days(0, 'expire', true),
    why: 'limits of sign-ins and password resets',
  },
  outgoing_mail: {
    holds: 'sealed mails with the addresses of recipients',
    until: days(1, 'expires_at'),
    why: '`sendMails` deletes a mail that was sent; others are tried until they expire, at most a week later',
  },
  api_key: {
    holds: 'name, networks, hash and times of a key of an organization',
    until: stays,
    why: 'records refer to the account of a revoked key',
  },
  api_key_version: { holds: 'versions of API keys', until: stays, why: 'one row per key' },
  access_version: { holds: 'versions of the access snapshot', until: stays, why: 'few rows' },
  accepted_supergraph: { holds: 'hash, reason and account', until: stays, why: 'few rows; gateways read them' },
  trusted_document: {
    holds: 'documents of clients and the account that registered them',
    until: stays,
    why: 'contracts with partners; a retired document must stay refused',
  },
  document_appraisal: {
    holds: 'prices of documents, before an account registers them',
    until: days(1, 'appraised_at'),
    why: 'the registration follows within minutes',
  },
  document_plan: {
    holds: 'query plans of registered documents',
    until: builtIn('recordPlans', '30 days, when another supergraph is in use'),
    why: 'an earlier supergraph can come back',
  },
  idempotent_call: {
    holds: 'sealed responses to mutations with an idempotency key, which can contain personal data',
    until: chore('deleteExpiredCalls', '24 hours'),
    why: 'a client may repeat a request',
  },
  refusal_count: {
    holds: 'refused requests of the last minutes by account or network',
    until: chore('sealAuditTrail', '2 minutes, then it moves to the audit trail'),
    why: 'gateways report late',
  },
  usage_day: {
    holds: 'points and requests by organization, API key and document',
    until: chore('deleteOldUsage', `${keptDays} days`),
    why: 'clients look up what they have used',
  },
  usage_report: {
    holds: 'the last report of each gateway',
    until: chore('deleteOldUsage', '1 day'),
    why: 'a gateway repeats a report within seconds',
  },
};

/** The tables of the audit trail (schema `audit`), which nobody can change. */
export const auditRetention: Retention = {
  entry: {
    holds:
      'actor, target and changed values of a change; the network of the request; no names, e-mail addresses, phone or licence numbers',
    until: chore('deleteExpiredAudit', `${daysOfFailures} days for failed sign-ins; others stay`),
    why: 'evidence',
  },
  response: { holds: 'hashes of responses', until: stays, why: 'evidence' },
  link: { holds: 'hashes of the chain', until: stays, why: 'evidence; the chain shows removed records' },
  refusal: {
    holds: 'counts of refused requests by account or network',
    until: chore('deleteExpiredAudit', `${daysOfFailures} days`),
    why: 'to look into attacks',
  },
  unsealed: {
    holds: 'ids of records without a link',
    until: chore('sealAuditTrail', 'seconds'),
    why: 'the chain is written after the change',
  },
};
