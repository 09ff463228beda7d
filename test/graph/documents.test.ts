import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { getNamedType, isObjectType, Kind, OperationTypeNode, specifiedRules, validate } from 'graphql';
import { Documents } from '../../gateway/access/documents/documents.ts';
import { loadSupergraphModel } from '../../gateway/engine/supergraph/model.ts';
import { readGatewayConfig } from '../../gateway/read-config.ts';
import { type ClientDocument, readClientDocuments } from '../../gateway/testing/client-documents.ts';
import { roles } from '../../subgraphs/shared/vocabulary.ts';
import { secretName } from '../secret-name.ts';
import { readSchemas } from './schemas.ts';

/** Documents of clients are kept beside the schema. Each has one operation and is valid on the current graph. */
const documents = readClientDocuments();
const config = readGatewayConfig([], {});
const schema = loadSupergraphModel(readFileSync(config.supergraphFile, 'utf8')).apiSchema;
const gatewayDocuments = new Documents({
  schema,
  limits: config.limits,
  rules: specifiedRules,
});
const accounts = ['admin', 'dispatcher', 'driver', 'customer', 'partner', 'analyst'];
const { schemaFor } = readSchemas();
const schemaOf = new Map(roles.map((role) => [role.toLowerCase(), schemaFor(role)]));
const pascal = (fileName: string) => fileName.replace(/(^|-)([a-z])/g, (_match, _dash, letter) => letter.toUpperCase());
const isQuery = ({ operation }: ClientDocument) => operation.operation === OperationTypeNode.QUERY;

describe('client documents', () => {
  test('each client has several', () => {
    expect(documents.length).toBeGreaterThanOrEqual(24);
    const clients = Map.groupBy(documents, ({ client }) => client);
    expect([...clients.keys()].sort()).toEqual(['console', 'frontend', 'mobile', 'partner']);
    for (const own of clients.values()) expect(own.length).toBeGreaterThanOrEqual(5);
  });

  test('each has a unique name', () => {
    const names = documents.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test('those with a secret in their result ask for all of it: it is shown once', () => {
    const secrets = documents.flatMap(({ name, operation }) =>
      operation.selectionSet.selections.flatMap((root) => {
        const field = root.kind === Kind.FIELD ? schema.getMutationType()?.getFields()[root.name.value] : undefined;
        const type = field && getNamedType(field.type);
        if (operation.operation !== OperationTypeNode.MUTATION || !isObjectType(type)) return [];
        const asked = root.kind === Kind.FIELD ? (root.selectionSet?.selections ?? []) : [];
        const names = asked.map((node) => (node.kind === Kind.FIELD ? node.name.value : ''));
        return Object.keys(type.getFields())
          .filter((key) => secretName.test(key))
          .map((key) => ({ name, key, isAsked: names.includes(key) }));
      }),
    );
    expect(secrets.length).toBeGreaterThanOrEqual(15);
    expect(secrets.filter(({ isAsked }) => !isAsked)).toEqual([]);
  });

  describe.each(documents.map((document) => [document.path, document] as const))('%s', (path, document) => {
    test('is named after its operation and states its account and budget', () => {
      expect(document.name).toBe(pascal(basename(path, '.graphql')));
      expect(accounts).toContain(document.as);
      if (isQuery(document)) expect(document.budget).not.toBeNull();
    });

    test('has only what exists for its account', () => {
      expect(validate(schemaOf.get(document.as)!, document.document)).toEqual([]);
    });

    test('passes the limits and the validation of the gateway', () => {
      expect(gatewayDocuments.check(document.text)).toMatchObject({ kind: 'valid' });
    });
  });
});

describe('queries for newcomers', () => {
  const file = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');

  test('those of the README are valid', () => {
    const queries = [...file('README.md').matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, query = '']) => query);
    expect(queries.length).toBeGreaterThanOrEqual(5);
    for (const query of queries) expect([query, gatewayDocuments.check(query).kind]).toEqual([query, 'valid']);
  });

  test('the first tabs of the explorer are valid', () => {
    const tabs: { query: string }[] = runInNewContext(`${file('gateway/explorer/tabs-freight.js')}; defaultTabs`);
    expect(tabs.length).toBeGreaterThanOrEqual(5);
    for (const { query } of tabs) expect([query, gatewayDocuments.check(query).kind]).toEqual([query, 'valid']);
  });
});
