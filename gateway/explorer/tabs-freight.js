// The first tabs of the freight graph: the queries of the README, beginning with the sign-in.
const signIn = `# 1. Run this: Ctrl-Enter. Demo accounts, all with this
#    password: admin@, dispatcher@, driver@, customer@,
#    partner@ and analyst@demo.test.
# 2. Copy the access token into Headers (below) of the
#    other tabs, in the place of <accessToken>. It is valid
#    for 15 minutes. Then sign in again, or run
#    refreshSession with the refresh token.
mutation SignIn {
  signIn(
    input: {
      email: "dispatcher@demo.test"
      password: "freight-demo"
    }
  ) {
    accessToken
    refreshToken
    expiresAt
    viewer { name roles scopes }
    userErrors { code message }
  }
}
`;
const loads = `# Needs an access token in Headers (below).
# One request, five subgraphs.
query LoadsUnderWay {
  shipments(first: 2, filter: { statuses: [IN_TRANSIT] }) {
    nodes {
      reference
      organization { name tier }
      driver { name position { location { latitude longitude } } }
      eta { arrivesAt }
      quote { price { amount currency } }
      risk { score decision }
    }
  }
}
`;
const leaders = `# Needs an access token in Headers (below).
query Leaders {
  leaderboard(period: WEEKLY) {
    entries(first: 3) {
      nodes {
        rank
        points
        driver { name deliveries(first: 1) { totalCount } }
      }
    }
  }
}
`;
const vehicles = `# Needs an access token in Headers (below). The ids are
# for the subscription in the next tab.
query VehiclesUnderWay {
  shipments(first: 3, filter: { statuses: [IN_TRANSIT] }) {
    nodes { reference assignment { vehicle { id plate } } }
  }
}
`;
const moves = `# Needs an access token in Headers and ids of vehicles
# in Variables (below).
subscription VehiclesMoved($ids: [ID!]!) {
  vehicleMoved(ids: $ids) {
    vehicle { plate }
    position { location { latitude longitude } recordedAt }
  }
}
`;
const headers = JSON.stringify({ authorization: 'Bearer <accessToken>' }, null, 2);
const ids = JSON.stringify({ ids: ['<id of a vehicle>'] }, null, 2);

// Read by explorer.js.
const defaultTabs = [
  { query: signIn },
  { query: loads, headers },
  { query: leaders, headers },
  { query: vehicles, headers },
  { query: moves, headers, variables: ids },
];
