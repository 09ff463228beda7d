import type { Feature } from './features.ts';

type Row = Record<string, unknown>;
const itself = (reference: Row): Row => reference;

const accounts = [
  { __typename: 'Admin', id: 'a', name: 'Ann', level: 3 },
  { __typename: 'User', id: 'u', name: 'Ulf' },
  { __typename: 'Robot', id: 'r', name: 'Rob' },
];
const find = ({ id }: Row) => accounts.find((account) => account.id === id);

/** `people` knows the object types; `greetings` and `ages` know accounts as an interface object. */
const subgraphs: Feature['subgraphs'] = {
  people: {
    sdl: `type Query { all: [Account!]! one: Account! teams: [Team!]! } type Team { lead: Account! members: [[Account]!]! }
      interface Account @key(fields: "id") { id: ID! name: String boss: Account }
      type Admin implements Account @key(fields: "id") { id: ID! name: String boss: Account level: Int }
      type User implements Account @key(fields: "id") { id: ID! name: String boss: Account }
      type Robot implements Account @key(fields: "id") { id: ID! name: String boss: Account }`,
    resolvers: {
      Query: {
        all: () => accounts,
        one: () => accounts[0],
        teams: () => [
          {
            lead: accounts[0],
            members: [
              [accounts[1], null],
              [accounts[2], accounts[0]],
            ],
          },
        ],
      },
      Account: { __resolveReference: find },
      Admin: { __resolveReference: find, boss: () => accounts[1] },
      User: { __resolveReference: find, boss: () => accounts[0] },
      Robot: { __resolveReference: find },
    },
  },
  greetings: {
    sdl: `type Account @key(fields: "id") @interfaceObject { id: ID! name: String @external
        greeting: String! @requires(fields: "name") shout(times: Int = 1): String @requires(fields: "name")
        country: String friend: Account friends: [Account!]! }`,
    resolvers: {
      Account: {
        __resolveReference: itself,
        greeting: ({ name }: Row) => {
          if (name === undefined) throw new Error('a greeting needs a name');
          return `hello ${name}`;
        },
        shout: ({ name }: { name: string }, { times }: { times: number }) => name.toUpperCase().repeat(times),
        country: () => 'CH',
        friend: ({ id }: Row) => ({ id: id === 'a' ? 'u' : 'a' }),
        friends: () => [{ id: 'r' }, { id: 'a' }],
      },
    },
  },
  ages: {
    sdl: `type Query { eldest: Account! }
      type Account @key(fields: "id") @interfaceObject { id: ID! age: Int! country: String @external
        origin: String @requires(fields: "country") }`,
    resolvers: {
      Query: { eldest: () => ({ id: 'u' }) },
      Account: { __resolveReference: itself, age: () => 30, origin: ({ country }: Row) => `from ${country}` },
    },
  },
};

const typenames: Feature = {
  name: 'the type of an object that an interface object adds to',
  subgraphs,
  operations: [
    {
      query: '{ all { ... on User { __typename country } } }',
      data: { all: [{}, { __typename: 'User', country: 'CH' }, {}] },
      stockDiffers: 'it takes the name of the interface for the type',
    },
    {
      query: '{ all { __typename ... on User { __typename country age } ... on Admin { __typename level } } }',
      data: {
        all: [
          { __typename: 'Admin', level: 3 },
          { __typename: 'User', country: 'CH', age: 30 },
          { __typename: 'Robot' },
        ],
      },
      stockDiffers: 'it takes the name of the interface for the type',
    },
    {
      query: '{ one { ... on Admin { kind: __typename ... on Account { __typename country } } } }',
      data: { one: { kind: 'Admin', __typename: 'Admin', country: 'CH' } },
      stockDiffers: 'it takes the name of the interface for the type',
    },
    {
      query:
        'query ($yes: Boolean!) { one { ... on Admin @include(if: $yes) { __typename @include(if: $yes) country friend { __typename country } } } }',
      variables: { yes: true },
      data: { one: { __typename: 'Admin', country: 'CH', friend: { __typename: 'User', country: 'CH' } } },
    },
    {
      query:
        '{ __typename teams { __typename lead { __typename friends { __typename ... on Admin { __typename age } } } members { __typename ... on User { __typename country } } } }',
      data: {
        __typename: 'Query',
        teams: [
          {
            __typename: 'Team',
            lead: { __typename: 'Admin', friends: [{ __typename: 'Robot' }, { __typename: 'Admin', age: 30 }] },
            members: [
              [{ __typename: 'User', country: 'CH' }, null],
              [{ __typename: 'Robot' }, { __typename: 'Admin' }],
            ],
          },
        ],
      },
      stockDiffers: 'it takes the name of the interface for the type',
    },
    {
      query: '{ eldest { __typename country ... on User { __typename name } } }',
      data: { eldest: { __typename: 'User', country: 'CH', name: 'Ulf' } },
    },
  ],
};

const requirements: Feature = {
  name: 'a field of an interface object with requirements, selected on one object type',
  subgraphs,
  operations: [
    {
      query: '{ all { ... on Admin { greeting } ... on User { age country } } }',
      data: { all: [{ greeting: 'hello Ann' }, { age: 30, country: 'CH' }, {}] },
      stockDiffers: 'it asks for the greeting of those without a name',
    },
    {
      query: '{ all { ... on Admin { greeting } ... on User { country } } }',
      data: { all: [{ greeting: 'hello Ann' }, { country: 'CH' }, {}] },
      stockDiffers: 'it asks for the greeting of those without a name',
    },
    {
      query: '{ all { country ... on Admin { greeting } } }',
      data: { all: [{ country: 'CH', greeting: 'hello Ann' }, { country: 'CH' }, { country: 'CH' }] },
      stockDiffers: 'it drops what lacks a name',
      maxRequests: 2,
    },
    {
      query: '{ all { name ... on Admin { greeting } } }',
      data: { all: [{ name: 'Ann', greeting: 'hello Ann' }, { name: 'Ulf' }, { name: 'Rob' }] },
      stockDiffers: 'it requests a User from greetings, which does not know the type',
    },
    {
      query:
        '{ teams { lead { ... on Admin { greeting } } members { country ... on User { greeting } ... on Robot { shout(times: 2) } } } }',
      data: {
        teams: [
          {
            lead: { greeting: 'hello Ann' },
            members: [
              [{ country: 'CH', greeting: 'hello Ulf' }, null],
              [{ country: 'CH', shout: 'ROBROB' }, { country: 'CH' }],
            ],
          },
        ],
      },
      stockDiffers: 'it drops what lacks a name',
    },
    {
      query: '{ all { origin ... on Robot { greeting } } }',
      data: { all: [{ origin: 'from CH' }, { origin: 'from CH' }, { origin: 'from CH', greeting: 'hello Rob' }] },
      stockDiffers: 'it drops what lacks a name',
    },
    {
      query:
        'query ($no: Boolean!) { all { origin greeting @include(if: $no) ... on Admin { greeting } ... on User { shout @include(if: $no) } } }',
      variables: { no: false },
      data: { all: [{ origin: 'from CH', greeting: 'hello Ann' }, { origin: 'from CH' }, { origin: 'from CH' }] },
      stockDiffers: 'it drops what lacks a name',
    },
    {
      query:
        'query ($no: Boolean!) { all { country ... on Admin { greeting @include(if: $no) } ... on User @skip(if: $no) { shout } } }',
      variables: { no: false },
      data: { all: [{ country: 'CH' }, { country: 'CH', shout: 'ULF' }, { country: 'CH' }] },
      stockDiffers: 'it drops what lacks a name',
    },
    {
      query:
        '{ one { boss { ...Hello } ... on Admin { friend { ...Hello __typename } } } } fragment Hello on Account { country ... on User { hello: greeting } }',
      data: {
        one: {
          boss: { country: 'CH', hello: 'hello Ulf' },
          friend: { country: 'CH', hello: 'hello Ulf', __typename: 'User' },
        },
      },
    },
    {
      query: '{ eldest { greeting origin } }',
      data: { eldest: { greeting: 'hello Ulf', origin: 'from CH' } },
    },
  ],
};

const vehicles = [
  { __typename: 'Bike', id: '1', color: 'red', wheels: 2, bell: true },
  { __typename: 'Boat', id: '2', color: 'blue', draft: 3 },
  { __typename: 'Truck', id: '3', color: 'grey', wheels: 6, load: 9 },
];
const vehicle = { __resolveReference: ({ id }: Row) => vehicles.find((each) => each.id === id) };
const price = {
  __resolveReference: itself,
  price: ({ id }: Row) => Number(id) * 100,
  rust: ({ color }: Row) => `rusty ${color}`,
};
const reference = (id: string) => ({ id });

const nested: Feature = {
  name: 'fragments between interfaces that a subgraph knows as objects',
  subgraphs: {
    yard: {
      sdl: `type Query { vehicles: [Vehicle]! lands: [Land!]! rows: [Row!]! } type Row { cells: [[Vehicle]] best: Land }
        type Vehicle @key(fields: "id", resolvable: false) @interfaceObject { id: ID! }
        type Land @key(fields: "id", resolvable: false) @interfaceObject { id: ID! }`,
      resolvers: {
        Query: {
          vehicles: () => [reference('1'), reference('2'), null, reference('3')],
          lands: () => [reference('1'), reference('3')],
          rows: () => [{ cells: [[reference('1'), null], [reference('2')]], best: reference('3') }],
        },
      },
    },
    makers: {
      sdl: `interface Thing { id: ID! } interface Motor { load: Int } interface Vehicle implements Thing @key(fields: "id") { id: ID! color: String }
        interface Land implements Vehicle & Thing @key(fields: "id") { id: ID! color: String wheels: Int! }
        type Bike implements Land & Vehicle & Thing @key(fields: "id") { id: ID! color: String wheels: Int! bell: Boolean }
        type Truck implements Land & Vehicle & Thing & Motor @key(fields: "id") { id: ID! color: String wheels: Int! load: Int }
        type Boat implements Vehicle & Thing @key(fields: "id") { id: ID! color: String draft: Int }`,
      resolvers: { Vehicle: vehicle, Land: vehicle, Bike: vehicle, Truck: vehicle, Boat: vehicle },
    },
    prices: {
      sdl: ['Vehicle', 'Land']
        .map(
          (
            type,
          ) => `type ${type} @key(fields: "id") @interfaceObject { id: ID! color: String @external price: Int @shareable
            rust: String @shareable @requires(fields: "color") }`,
        )
        .join(' '),
      resolvers: { Vehicle: price, Land: price },
    },
  },
  operations: [
    {
      query: '{ vehicles { id ... on Land { wheels } } }',
      data: { vehicles: [{ id: '1', wheels: 2 }, { id: '2' }, null, { id: '3', wheels: 6 }] },
      maxRequests: 2,
    },
    {
      query: '{ vehicles { __typename ... on Thing { id } ... on Motor { load } ... on Boat { draft } } }',
      data: {
        vehicles: [
          { __typename: 'Bike', id: '1' },
          { __typename: 'Boat', id: '2', draft: 3 },
          null,
          { __typename: 'Truck', id: '3', load: 9 },
        ],
      },
    },
    {
      query: '{ lands { wheels ... on Vehicle { color rust } ... on Bike { bell } } }',
      data: {
        lands: [
          { wheels: 2, color: 'red', rust: 'rusty red', bell: true },
          { wheels: 6, color: 'grey', rust: 'rusty grey' },
        ],
      },
    },
    {
      query:
        '{ rows { cells { ... on Land { ...Wheels } price } best { ... on Motor { load } } } } fragment Wheels on Land { wheels ... on Vehicle { rust } }',
      data: {
        rows: [{ cells: [[{ wheels: 2, rust: 'rusty red', price: 100 }, null], [{ price: 200 }]], best: { load: 9 } }],
      },
    },
    {
      query:
        'query ($no: Boolean!) { vehicles @skip(if: $no) { ... on Land @include(if: $no) { wheels } ... on Land @skip(if: $no) { color rust } } }',
      variables: { no: false },
      data: {
        vehicles: [{ color: 'red', rust: 'rusty red' }, {}, null, { color: 'grey', rust: 'rusty grey' }],
      },
    },
  ].map((operation) => ({ ...operation, stockDiffers: 'it fails to plan' })),
};

const amongOthers: Feature = {
  name: 'interface objects and other objects in one list',
  subgraphs: {
    yard: {
      sdl: `type Query { things: [Thing!]! } interface Thing { id: ID! } type Note implements Thing { id: ID! text: String }
        type Vehicle implements Thing @key(fields: "id") @interfaceObject { id: ID! place: String }`,
      resolvers: {
        Query: {
          things: () => [
            { __typename: 'Vehicle', id: '1', place: 'A1' },
            { __typename: 'Note', id: 'n', text: 'wet' },
            { __typename: 'Vehicle', id: '2' },
          ],
        },
        Vehicle: { __resolveReference: ({ id }: Row) => ({ id, place: id === '1' ? 'A1' : null }) },
      },
    },
    makers: {
      sdl: `interface Thing { id: ID! } interface Vehicle implements Thing @key(fields: "id") { id: ID! color: String }
        type Bike implements Vehicle & Thing @key(fields: "id") { id: ID! color: String bell: Boolean }
        type Boat implements Vehicle & Thing @key(fields: "id") { id: ID! color: String draft: Int }`,
      resolvers: { Vehicle: vehicle, Bike: vehicle, Boat: vehicle },
    },
  },
  operations: [
    {
      query: '{ things { __typename id } }',
      data: {
        things: [
          { __typename: 'Bike', id: '1' },
          { __typename: 'Note', id: 'n' },
          { __typename: 'Boat', id: '2' },
        ],
      },
    },
    {
      query: '{ things { ... on Bike { bell } ... on Note { text } ... on Vehicle { color place } } }',
      data: { things: [{ bell: true, color: 'red', place: 'A1' }, { text: 'wet' }, { color: 'blue', place: null }] },
    },
    {
      query: '{ things { ... on Bike { x: color } ... on Note { x: text } ... on Boat { x: place } } }',
      data: { things: [{ x: 'red' }, { x: 'wet' }, { x: null }] },
    },
    {
      query:
        'query ($yes: Boolean!) { things { ... on Thing { id ... on Boat @include(if: $yes) { __typename draft } } } }',
      variables: { yes: true },
      data: { things: [{ id: '1' }, { id: 'n' }, { id: '2', __typename: 'Boat', draft: 3 }] },
    },
  ].map((operation) => ({ ...operation, stockDiffers: 'it fails to plan, or loses the fields of one type' })),
};

const unknownType: Feature = {
  name: 'fields with requirements on an object whose type must be fetched first',
  subgraphs,
  operations: [
    {
      query: '{ eldest { ... on User { greeting } } }',
      data: { eldest: { greeting: 'hello Ulf' } },
      stockDiffers: 'it makes a fetch that waits for itself, and takes all memory',
    },
    {
      query: '{ eldest { age ... on Admin { greeting level } ... on User { shout origin } } }',
      data: { eldest: { age: 30, shout: 'ULF', origin: 'from CH' } },
      stockDiffers: 'it makes a fetch that waits for itself, and takes all memory',
    },
    {
      query:
        'query ($yes: Boolean!) { eldest { ... on User @include(if: $yes) { greeting name } ... @skip(if: $yes) { shout } } }',
      variables: { yes: true },
      data: { eldest: { greeting: 'hello Ulf', name: 'Ulf' } },
      stockDiffers: 'it fails to plan',
    },
    {
      query: '{ all { ... on Admin { x: shout(times: 2) } ... on User { x: shout } ... on Robot { x: country } } }',
      data: { all: [{ x: 'ANNANN' }, { x: 'ULF' }, { x: 'CH' }] },
      stockDiffers: 'it forgets all of them but one',
    },
    {
      query: '{ eldest { ... on User { x: shout(times: 2) friend { name } } ... on Admin { x: country } } }',
      data: { eldest: { x: 'ULFULF', friend: { name: 'Ann' } } },
      stockDiffers: 'it makes a fetch that waits for itself, and takes all memory',
    },
    {
      query:
        'query ($no: Boolean!) { eldest { ... on Robot { greeting } ... on User { ...F ... @skip(if: $no) { ...F country shout } } ...F } } fragment F on Account { friend { id } }',
      variables: { no: false },
      data: { eldest: { friend: { id: 'a' }, country: 'CH', shout: 'ULF' } },
      stockDiffers: 'it makes a fetch that waits for itself, and takes all memory',
    },
  ],
};

const sharedKeys: Feature = {
  name: 'different fields under one key on different types of an interface object, at any depth',
  subgraphs,
  operations: [
    {
      query: '{ eldest { friends { ... on Robot { friend { shout(times: 2) } } ... on Admin { friend { shout } } } } }',
      data: { eldest: { friends: [{ friend: { shout: 'ANNANN' } }, { friend: { shout: 'ULF' } }] } },
    },
    {
      query: '{ eldest { friends { ... on Robot { friends { x: name } } ... on Admin { friends { x: country } } } } }',
      data: {
        eldest: {
          friends: [{ friends: [{ x: 'Rob' }, { x: 'Ann' }] }, { friends: [{ x: 'CH' }, { x: 'CH' }] }],
        },
      },
    },
    {
      query:
        '{ eldest { friends { ... on Robot { x: friend { y: name } } ... on Admin { x: boss { y: country } } } } }',
      data: { eldest: { friends: [{ x: { y: 'Ann' } }, { x: { y: 'CH' } }] } },
    },
    {
      query:
        '{ eldest { friends { ... on Robot { x: friend { y: shout } } ... on Admin { x: boss { y: shout(times: 2) } } } } }',
      data: { eldest: { friends: [{ x: { y: 'ANN' } }, { x: { y: 'ULFULF' } }] } },
    },
    {
      query:
        '{ eldest { friends { ... on Robot { friend { boss { x: name } } } ... on Admin { friend { boss { x: country } } } } } }',
      data: { eldest: { friends: [{ friend: { boss: { x: 'Ulf' } } }, { friend: { boss: { x: 'CH' } } }] } },
    },
    {
      query:
        '{ eldest { friends { friend { id } ... on Robot { friend { ...N } } ... on Admin { friend { x: country } } } } } fragment N on Account { x: name }',
      data: { eldest: { friends: [{ friend: { id: 'a', x: 'Ann' } }, { friend: { id: 'u', x: 'CH' } }] } },
    },
    {
      query:
        '{ eldest { ... on User { friend { shout(times: 2) } } ... on Admin { friend { shout } } } one { ... on User { friend { shout } } ... on Admin { friend { shout: name } } } }',
      data: { eldest: { friend: { shout: 'ANNANN' } }, one: { friend: { shout: 'Ulf' } } },
    },
    {
      query:
        '{ eldest { friends { ... on Robot { friends { ... on Robot { x: name } ... on Admin { x: country } } } ... on Admin { friends { ... on Robot { x: country } ... on Admin { x: name } } } } } }',
      data: {
        eldest: {
          friends: [{ friends: [{ x: 'Rob' }, { x: 'CH' }] }, { friends: [{ x: 'CH' }, { x: 'Ann' }] }],
        },
      },
    },
    {
      query: '{ all { ... on Admin { friend { shout(times: 2) } } ... on User { friend { shout } } } }',
      data: { all: [{ friend: { shout: 'ULFULF' } }, { friend: { shout: 'ANN' } }, {}] },
    },
    {
      query: '{ eldest { friends { ... on Robot { friend { name } } ... on Admin { friend { name country } } } } }',
      data: { eldest: { friends: [{ friend: { name: 'Ann' } }, { friend: { name: 'Ulf', country: 'CH' } }] } },
      maxRequests: 5,
    },
  ].map((operation) => ({ ...operation, stockDiffers: 'it forgets one of the fields' })),
};

const vessels = [
  { __typename: 'Ship', id: '1', name: 'Elba' },
  { __typename: 'Barge', id: '2', name: 'Isar' },
];
const vessel = { __resolveReference: ({ id }: Row) => vessels.find((each) => each.id === id) };

const typesLater: Feature = {
  name: 'types of interface objects that the plan fetches after the fetches that need them',
  subgraphs: {
    fleet: {
      sdl: `interface Vessel @key(fields: "id") { id: ID! name: String! }
        type Ship implements Vessel @key(fields: "id") { id: ID! name: String! }
        type Barge implements Vessel @key(fields: "id") { id: ID! name: String! }`,
      resolvers: { Vessel: vessel, Ship: vessel, Barge: vessel },
    },
    berths: {
      sdl: `type Query { moored: [Vessel!] } type Vessel @key(fields: "id") @interfaceObject { id: ID! name: String! @external
        berth: String! sign: String @requires(fields: "name") }`,
      resolvers: {
        Query: { moored: () => [reference('1'), reference('2')] },
        Vessel: { __resolveReference: itself, berth: ({ id }: Row) => `B${id}`, sign: ({ name }: Row) => `MS ${name}` },
      },
    },
    tows: {
      sdl: `type Vessel @key(fields: "id") @interfaceObject { id: ID! berth: String! @external speed: Int
        next: [Vessel]! order(times: Int = 1): String! @requires(fields: "berth") }`,
      resolvers: {
        Vessel: {
          __resolveReference: itself,
          speed: () => 7,
          next: () => [reference('2'), reference('1')],
          order: ({ berth }: Row, { times }: { times: number }) => `from ${berth} `.repeat(times).trim(),
        },
      },
    },
  },
  operations: [
    {
      query:
        'query ($yes: Boolean!, $times: Int = 2) { moored { order(times: $times) next { name } } moored { ... on Ship { speed @include(if: $yes) next { ... on Ship { order } } } } }',
      variables: { yes: true },
      data: {
        moored: [
          { order: 'from B1 from B1', next: [{ name: 'Isar' }, { name: 'Elba', order: 'from B1' }], speed: 7 },
          { order: 'from B2 from B2', next: [{ name: 'Isar' }, { name: 'Elba' }] },
        ],
      },
      stockDiffers: 'its planner does not end within a minute',
    },
    {
      query:
        '{ moored { ... on Ship { order(times: 2) next { name } } ... on Ship { next { ... on Ship { order } } } } }',
      data: {
        moored: [{ order: 'from B1 from B1', next: [{ name: 'Isar' }, { name: 'Elba', order: 'from B1' }] }, {}],
      },
      stockDiffers: 'its planner does not end within a minute',
    },
  ],
};

/** `@interfaceObject` under type conditions. */
export const interfaceObjectFeatures: readonly Feature[] = [
  typenames,
  requirements,
  nested,
  amongOthers,
  unknownType,
  sharedKeys,
  typesLater,
];
