import type { Feature } from './features.ts';

const federationLink = '@link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective"])';

const shared: Feature = {
  name: 'a directive for operations that every subgraph knows',
  subgraphs: {
    a: {
      sdl: `directive @trace(level: Int = 1) on FIELD | QUERY | INLINE_FRAGMENT type Query { a(text: String): String }`,
      resolvers: { Query: { a: (_: never, { text }: { text?: string }) => text ?? 'a' } },
    },
    b: {
      sdl: `directive @trace(level: Int = 1) on FIELD | QUERY | INLINE_FRAGMENT type Query { b: String }`,
      resolvers: { Query: { b: () => 'b' } },
    },
  },
  operations: [
    {
      query: 'query ($level: Int) @trace { a @trace(level: $level) ... @trace { c: a(text: "c") } b @trace }',
      variables: { level: 3 },
      data: { a: 'a', c: 'c', b: 'b' },
    },
  ],
};

const composed: Feature = {
  name: 'a directive for operations that one subgraph contributes is not sent to subgraphs',
  stock: 'refuses',
  subgraphs: {
    a: {
      sdl: `extend schema ${federationLink} @link(url: "https://example.org/audience/v1.0", import: ["@audience"])
          @composeDirective(name: "@audience")
        directive @audience(of: String! = "everybody", note: String) on FIELD | FRAGMENT_SPREAD | OBJECT
        type Query { a: Thing } type Thing @key(fields: "id") @audience { id: ID! kind: String }`,
      resolvers: { Query: { a: () => ({ id: '1', kind: 'tool' }) } },
    },
    b: {
      sdl: 'type Thing @key(fields: "id") { id: ID! name: String }',
      resolvers: { Thing: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `thing ${id}` }) } },
    },
  },
  operations: [
    {
      query: `query ($note: String) { a @audience { kind ...Name @audience(of: "staff") } }
        fragment Name on Thing { name @audience(of: "staff", note: $note) }`,
      variables: { note: 'unused by subgraphs' },
      data: { a: { kind: 'tool', name: 'thing 1' } },
      maxRequests: 2,
    },
  ],
};

/** Custom directives in operations. */
export const directiveFeatures: readonly Feature[] = [shared, composed];
