import type { Feature } from './features.ts';

type Row = Record<string, unknown>;

const boxes = [
  { width: 3, height: 4, unit: { name: 'cm', code: 'c' } },
  { width: 5, height: 6, unit: { name: 'in', code: 'i' } },
];
const contents = [
  { __typename: 'Book', title: 'b', pages: 10, cover: { color: 'red', hard: true } },
  { __typename: 'Film', title: 'f', minutes: 90 },
  null,
];
/** A resolver that returns the value that it got for a required field. */
const got = (field: string) => (parcel: Row) => JSON.stringify(parcel[field])?.replaceAll('"', '');

const parts: Feature = {
  name: 'conditional fields that require parts of one object',
  subgraphs: {
    stock: {
      sdl: `type Query { parcels: [Parcel!]! parcel: Parcel! }
        type Parcel @key(fields: "id") @key(fields: "maker { code }") { id: ID! box: Box boxes: [Box!]! grid: [[Box]] contents: [Media]
          maker: Maker! size(unit: String = "in"): Box }
        type Box { width: Int height: Int unit: Unit! } type Unit { name: String code: String }
        type Maker { code: ID! name: String city: City } type City { name: String zip: String }
        interface Media { title: String } type Book implements Media { title: String pages: Int cover: Cover }
        type Film implements Media { title: String minutes: Int } type Cover { color: String hard: Boolean }`,
      resolvers: {
        Query: { parcels: () => [{ id: '1' }, { id: '2' }], parcel: () => ({ id: '1' }) },
        Parcel: {
          __resolveReference: () => ({ id: '1' }),
          box: () => boxes[0],
          boxes: () => boxes,
          grid: () => [[boxes[0], null], null],
          contents: () => contents,
          maker: () => ({ code: 'M', name: 'Mo', city: { name: 'Ulm', zip: '89' } }),
          size: (_: never, { unit }: { unit: string }) => boxes.find((box) => box.unit.name === unit),
        },
      },
    },
    labels: {
      sdl: `type Parcel @key(fields: "id") { id: ID! box: Box @external boxes: [Box!]! @external grid: [[Box]] @external
          contents: [Media] @external maker: Maker! @external size(unit: String = "in"): Box @external
          plain: Int wide: String! @requires(fields: "box { width }") area: String @requires(fields: "box { width height }")
          unit: String @requires(fields: "box { unit { name } }") code: String @requires(fields: "box { unit { code } }")
          widths: String @requires(fields: "boxes { width }") units: String @requires(fields: "boxes { height unit { name code } }")
          cells: String @requires(fields: "grid { width }") rows: String @requires(fields: "grid { height }")
          pages: String @requires(fields: "contents { title ... on Book { pages } }")
          colors: String @requires(fields: "contents { ... on Book { title cover { color } } ... on Film { minutes } }")
          hard: String @requires(fields: "contents { ... on Book { cover { hard } } }")
          by: String @requires(fields: "maker { name }") from: String @requires(fields: "maker { code city { name } }")
          zip: String @requires(fields: "maker { city { zip } }")
          metric: String @requires(fields: "size(unit: \\"cm\\") { width }") tall: String @requires(fields: "size(unit: \\"cm\\") { height }") }
        type Box { width: Int @external height: Int @external unit: Unit! @external } type Unit { name: String @external code: String @external }
        type Maker { code: ID! @external name: String @external city: City @external } type City { name: String @external zip: String @external }
        interface Media { title: String } type Book implements Media { title: String @external pages: Int @external cover: Cover @external }
        type Film implements Media { title: String @external minutes: Int @external } type Cover { color: String @external hard: Boolean @external }`,
      resolvers: {
        Parcel: {
          __resolveReference: (reference: Row) => reference,
          plain: () => 7,
          ...Object.fromEntries(['wide', 'area', 'unit', 'code'].map((name) => [name, got('box')])),
          ...Object.fromEntries(['widths', 'units'].map((name) => [name, got('boxes')])),
          ...Object.fromEntries(['cells', 'rows'].map((name) => [name, got('grid')])),
          ...Object.fromEntries(['pages', 'colors', 'hard'].map((name) => [name, got('contents')])),
          ...Object.fromEntries(['by', 'from', 'zip'].map((name) => [name, got('maker')])),
          ...Object.fromEntries(['metric', 'tall'].map((name) => [name, got('size')])),
        },
      },
    },
    makers: {
      sdl: 'type Parcel @key(fields: "maker { code }") { maker: Maker! extra: Int } type Maker { code: ID! @shareable }',
      resolvers: { Parcel: { __resolveReference: (reference: Row) => ({ ...reference, extra: 1 }) } },
    },
  },
  operations: [
    ['wide area @include(if: $no)', { wide: '{width:3}' }],
    ['wide area @skip(if: $no)', { wide: '{width:3,height:4}', area: '{width:3,height:4}' }],
    ['wide @include(if: $no) area @include(if: $no) unit code @include(if: $no)', { unit: '{unit:{name:cm}}' }],
    ['widths units @include(if: $no)', { widths: '[{width:3},{width:5}]' }],
    ['cells rows @include(if: $no)', { cells: '[[{width:3},null],null]' }],
    ['pages colors @include(if: $no)', { pages: '[{title:b,pages:10},{title:f},null]' }],
    ['colors pages @include(if: $no)', { colors: '[{title:b,cover:{color:red}},{minutes:90},null]' }],
    ['hard colors @include(if: $no) pages @include(if: $no)', { hard: '[{cover:{hard:true}},{},null]' }],
    ['by from @include(if: $no) zip @include(if: $no) extra', { by: '{name:Mo}', extra: 1 }],
    ['from zip @include(if: $no)', { from: '{code:M,city:{name:Ulm}}' }],
    ['metric tall @include(if: $no)', { metric: '{width:3}' }],
    ['plain area @include(if: $no) by @include(if: $no)', { plain: 7 }],
    ['... @include(if: $no) { area unit } wide', { wide: '{width:3}' }],
    ['... on Parcel @include(if: $no) { area ... @skip(if: $no) { code } } wide', { wide: '{width:3}' }],
    ['wide ...F @include(if: $no)', { wide: '{width:3}' }, 'fragment F on Parcel { area widths }'],
  ].map(([fields, parcel, fragment = '']) => ({
    query: `query ($no: Boolean!) { parcel { ${fields} } } ${fragment}`,
    variables: { no: false },
    data: { parcel },
    stockDiffers: 'it also requires the requirements of excluded fields, or sends them in another order',
  })),
};

/** `@requires` under conditions. */
export const requiresFeatures: readonly Feature[] = [parts];
