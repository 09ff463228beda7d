import { type DirectiveNode, Kind, OperationTypeNode, parse, print, visit } from 'graphql';
import type { SubgraphFixture } from './federation.ts';

const defer: DirectiveNode = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'defer' } };

/** The query with `@defer` on the fields of every object. */
export function deferredEverywhere(query: string): string {
  return print(
    visit(parse(query), {
      Field: {
        leave: ({ selectionSet, ...field }) =>
          selectionSet && {
            ...field,
            selectionSet: {
              kind: Kind.SELECTION_SET,
              selections: [{ kind: Kind.INLINE_FRAGMENT, directives: [defer], selectionSet } as const],
            },
          },
      },
    }),
  );
}

/** The query with `@defer` on every fragment with a type condition; undefined when it has none. */
export function deferredByType(query: string): string | undefined {
  let isChanged = false;
  const document = visit(parse(query), {
    InlineFragment: (fragment) => {
      if (!fragment.typeCondition) return undefined;
      isChanged = true;
      return { ...fragment, directives: [...(fragment.directives ?? []), defer] };
    },
  });
  return isChanged ? print(document) : undefined;
}

/** The query as a subscription. Undefined when it can't be one: a subscription has one root field, without directives. */
export function asSubscription(query: string): string | undefined {
  const document = parse(query);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION || operation.selectionSet.selections.length !== 1) return undefined;
  const [root] = operation.selectionSet.selections;
  if (root?.kind !== Kind.FIELD || root.directives?.length) return undefined;
  return print(
    visit(document, {
      OperationDefinition: (node) => ({ ...node, operation: OperationTypeNode.SUBSCRIPTION }),
    }),
  );
}

type Resolver = (parent: unknown, args: unknown) => unknown;

/** Adds a subscription for each query field of the subgraphs. It sends the field's value as one event. */
export function withSubscriptions(subgraphs: Record<string, SubgraphFixture>): Record<string, SubgraphFixture> {
  return Object.fromEntries(
    Object.entries(subgraphs).map(([name, { sdl, resolvers = {} }]) => {
      const query = /type Query \{[^}]*\}/.exec(sdl)?.[0];
      if (!query) return [name, { sdl, resolvers }];
      const sources = Object.entries(resolvers['Query'] ?? {}).map(([field, resolve]) => [
        field,
        {
          async *subscribe(parent: unknown, args: unknown) {
            yield { [field]: await (resolve as Resolver)(parent, args) };
          },
        },
      ]);
      const Subscription = Object.fromEntries(sources) as Record<string, unknown>;
      return [
        name,
        { sdl: `${sdl} ${query.replace('Query', 'Subscription')}`, resolvers: { ...resolvers, Subscription } },
      ];
    }),
  );
}
