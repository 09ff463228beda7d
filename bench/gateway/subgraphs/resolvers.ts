import type { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type Product,
  products,
  type Review,
  reviews,
  reviewsOfAnyUser,
  topProducts,
  type User,
  users,
} from './data.ts';

type Resolvers = NonNullable<
  Parameters<typeof buildSubgraphSchema>[0] extends infer T ? (T extends { resolvers?: infer R } ? R : never) : never
>;

export const subgraphNames = ['accounts', 'inventory', 'products', 'reviews'] as const;
export type SubgraphName = (typeof subgraphNames)[number];

const userById = (id: string): User | undefined => users.find((user) => user.id === id);
const productByUpc = (upc: string): Product | undefined => products.find((product) => product.upc === upc);
const reviewById = (id: string): Review | undefined => reviews.find((review) => review.id === id);

/** Products above 1000 ship for free, others for half their weight. Null without a price. */
function shippingEstimate(product: { price?: number; weight?: number }): number | null {
  if (product.price == null) return null;
  if (product.price > 1000) return 0;
  return product.weight == null ? null : Math.trunc(product.weight / 2);
}

export const resolvers: Record<SubgraphName, Resolvers> = {
  accounts: {
    Query: {
      me: () => users[0],
      user: (_: unknown, args: { id: string }) => userById(args.id),
      users: () => users,
    },
    User: { __resolveReference: (reference: { id: string }) => userById(reference.id) },
  },
  inventory: {
    Product: {
      __resolveReference: (reference: { upc: string }) => {
        const known = productByUpc(reference.upc);
        return known && { ...reference, inStock: known.inStock };
      },
      shippingEstimate,
    },
  },
  products: {
    Query: {
      topProducts: (_: unknown, args: { first?: number | null }) => topProducts.slice(0, args.first ?? 5),
    },
    Product: { __resolveReference: (reference: { upc: string }) => productByUpc(reference.upc) },
  },
  reviews: {
    Review: {
      __resolveReference: (reference: { id: string }) => reviewById(reference.id),
      product: (review: Review) => ({ upc: review.upc }),
      author: () => users[0],
    },
    User: { reviews: () => reviewsOfAnyUser },
    Product: { reviews: (product: { upc: string }) => reviews.filter((review) => review.upc === product.upc) },
  },
};
