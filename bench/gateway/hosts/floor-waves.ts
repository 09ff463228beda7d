import { products, users } from '../subgraphs/data.ts';

type Ask = readonly [subgraph: string, body: string];

const ask = (subgraph: string, query: string, variables?: object): Ask => [
  subgraph,
  JSON.stringify({ query, variables }),
];

const userRefs = users.map(({ id }) => ({ __typename: 'User', id }));
const topRefs = products.slice(0, 5).map(({ upc }) => ({ __typename: 'Product', upc }));
const topPriced = products.slice(0, 5).map(({ upc, price, weight }) => ({ __typename: 'Product', upc, price, weight }));

const reviewsOfAuthor = 'author{__typename id username reviews{id body product{__typename upc}}}';

/** The nested query as the fewest possible requests in the fewest waves, each representation sent once. */
export const floorWaves: readonly (readonly Ask[])[] = [
  [
    ask('accounts', '{users{__typename id username name}}'),
    ask('products', '{topProducts{__typename upc name price weight}}'),
  ],
  [
    ask(
      'reviews',
      `query($users:[_Any!]!,$products:[_Any!]!){
        u:_entities(representations:$users){...on User{reviews{id body product{__typename upc reviews{id body ${reviewsOfAuthor}}}}}}
        p:_entities(representations:$products){...on Product{reviews{id body ${reviewsOfAuthor}}}}}`,
      { users: userRefs, products: topRefs },
    ),
    ask('inventory', 'query($r:[_Any!]!){_entities(representations:$r){...on Product{inStock shippingEstimate}}}', {
      r: topPriced,
    }),
  ],
  [
    ask('products', 'query($r:[_Any!]!){_entities(representations:$r){...on Product{name price weight}}}', {
      r: topRefs.slice(0, 1),
    }),
    ask('accounts', 'query($r:[_Any!]!){_entities(representations:$r){...on User{name}}}', { r: userRefs.slice(0, 1) }),
  ],
  [
    ask('inventory', 'query($r:[_Any!]!){_entities(representations:$r){...on Product{inStock shippingEstimate}}}', {
      r: topPriced.slice(0, 1),
    }),
  ],
];
