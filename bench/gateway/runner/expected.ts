import { buildSchema, graphqlSync } from 'graphql';
import {
  type Product,
  products,
  type Review,
  reviews,
  reviewsOfAnyUser,
  topProducts,
  type User,
  users,
} from '../subgraphs/data.ts';

/** One plain schema over the same records. Its results are the responses that every gateway must give. */
const schema = buildSchema(`
  type Query { users: [User] topProducts(first: Int = 5): [Product] }
  type User { id: ID! name: String username: String birthday: Int reviews: [Review] }
  type Review { id: ID! body: String product: Product author: User }
  type Product { upc: String! name: String price: Int weight: Int inStock: Boolean shippingEstimate: Int reviews: [Review] }
`);

const userNode = (user: User) => ({ ...user, reviews: () => reviewsOfAnyUser.map(reviewNode) });

const productNode = (product: Product) => ({
  ...product,
  shippingEstimate: product.price > 1000 ? 0 : Math.trunc(product.weight / 2),
  reviews: () => reviews.filter(({ upc }) => upc === product.upc).map(reviewNode),
});

const reviewNode = (review: Review): object => ({
  ...review,
  product: () => productNode(products.find(({ upc }) => upc === review.upc)!),
  author: () => userNode(users[0]!),
});

const rootValue = {
  users: () => users.map(userNode),
  topProducts: ({ first }: { first?: number | null }) => topProducts.slice(0, first ?? 5).map(productNode),
};

/** @returns the whole response `{ data }` of an operation. @throws AggregateError when it has errors */
export function expectedResponse(body: { query: string; variables?: Record<string, unknown> }): { data: unknown } {
  const { data, errors } = graphqlSync({ schema, rootValue, source: body.query, variableValues: body.variables });
  if (errors) throw new AggregateError(errors, 'the benchmark operation does not run on the plain schema');
  return { data: JSON.parse(JSON.stringify(data)) };
}
