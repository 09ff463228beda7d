import { type Federation, federate } from './federation.ts';

const users = [
  { id: '1', name: 'Uri Goldshtein', username: 'urigo', birthday: 1234567890 },
  { id: '2', name: 'Dotan Simha', username: 'dotansimha', birthday: 1234567890 },
  { id: '3', name: 'Kamil Kisiela', username: 'kamilkisiela', birthday: 1234567890 },
  { id: '4', name: 'Arda Tanrikulu', username: 'ardatan', birthday: 1234567890 },
  { id: '5', name: 'Gil Gardosh', username: 'gilgardosh', birthday: 1234567890 },
  { id: '6', name: 'Laurin Quast', username: 'laurin', birthday: 1234567890 },
];
const products = ['Table', 'Couch', 'Glass', 'Chair', 'TV', 'Lamp', 'Grill', 'Fridge', 'Sofa'].map((name, index) => ({
  upc: String(index + 1),
  name,
  price: [899, 1299, 15, 499, 1299, 6999, 3999, 100000, 9999][index],
  weight: [100, 1000, 20, 100, 1000, 300, 2000, 6000, 800][index],
}));
const inStock = new Set(['1', '4', '5', '6', '9']);
const reviews = [
  { id: '1', author: '1', product: '1', body: 'Love it!' },
  { id: '2', author: '1', product: '1', body: 'Prefer something else.' },
  { id: '3', author: '2', product: '2', body: 'Too expensive.' },
  { id: '4', author: '2', product: '3', body: 'Could be better.' },
  { id: '5', author: '3', product: '4', body: 'Prefer something else.' },
  { id: '6', author: '3', product: '5', body: 'Too expensive.' },
  { id: '7', author: '4', product: '6', body: 'Could be better.' },
  { id: '8', author: '4', product: '7', body: 'Prefer something else.' },
  { id: '9', author: '5', product: '1', body: 'Too expensive.' },
  { id: '10', author: '5', product: '2', body: 'Could be better.' },
  { id: '11', author: '6', product: '1', body: 'Prefer something else.' },
];

interface Keyed {
  readonly id: string;
}
interface Priced {
  readonly upc: string;
  readonly price: number;
  readonly weight: number;
}
const reviewOf = (row: (typeof reviews)[number]) => ({
  id: row.id,
  body: row.body,
  author: { __typename: 'User', id: row.author },
  product: { __typename: 'Product', upc: row.product },
});

/** The four subgraphs of the public gateway benchmark: accounts, inventory, products, reviews. */
export function storeFederation(): Federation {
  return federate({
    accounts: {
      sdl: `type Query { me: User user(id: ID!): User users: [User] }
        type User @key(fields: "id") { id: ID! name: String username: String @shareable birthday: Int }`,
      resolvers: {
        Query: {
          me: () => users[0],
          users: () => users,
          user: (_: never, { id }: Keyed) => users.find((user) => user.id === id),
        },
        User: { __resolveReference: ({ id }: Keyed) => users.find((user) => user.id === id) },
      },
    },
    inventory: {
      sdl: `type Product @key(fields: "upc") {
        upc: String! weight: Int @external price: Int @external inStock: Boolean
        shippingEstimate: Int @requires(fields: "price weight") }`,
      resolvers: {
        Product: {
          __resolveReference: (reference: Priced) => ({ ...reference, inStock: inStock.has(reference.upc) }),
          shippingEstimate: ({ price, weight }: Priced) => (price > 1000 ? 0 : Math.round(weight * 0.5)),
        },
      },
    },
    products: {
      sdl: `type Query { topProducts(first: Int = 5): [Product] }
        type Product @key(fields: "upc") { upc: String! name: String price: Int weight: Int }`,
      resolvers: {
        Query: { topProducts: (_: never, { first }: { first: number }) => products.slice(0, first) },
        Product: { __resolveReference: ({ upc }: Priced) => products.find((product) => product.upc === upc) },
      },
    },
    reviews: {
      sdl: `type Query { review(id: ID!): Review }
        type Review @key(fields: "id") { id: ID! body: String author: User @provides(fields: "username") product: Product }
        type User @key(fields: "id") { id: ID! username: String @external numberOfReviews: Int reviews: [Review] }
        type Product @key(fields: "upc") { upc: String! reviews: [Review] }`,
      resolvers: {
        Query: {
          review: (_: never, { id }: Keyed) => reviews.filter((row) => row.id === id).map(reviewOf)[0],
        },
        Review: {
          __resolveReference: ({ id }: Keyed) => reviews.filter((row) => row.id === id).map(reviewOf)[0],
          author: ({ author }: { author: Keyed }) => ({
            ...author,
            username: users.find((user) => user.id === author.id)?.username,
          }),
        },
        User: {
          numberOfReviews: ({ id }: Keyed) => reviews.filter((row) => row.author === id).length,
          reviews: ({ id }: Keyed) => reviews.filter((row) => row.author === id).map(reviewOf),
        },
        Product: {
          reviews: ({ upc }: Priced) => reviews.filter((row) => row.product === upc).map(reviewOf),
        },
      },
    },
  });
}

/** The query of the public gateway benchmark: six rounds deep, tens of kilobytes. */
export const storeQuery = `
fragment User on User { id username name }
fragment Review on Review { id body }
fragment Product on Product { inStock name price shippingEstimate upc weight }
query TestQuery {
  users {
    ...User
    reviews { ...Review product { ...Product reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } } } }
  }
  topProducts {
    ...Product
    reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } }
  }
}`;
