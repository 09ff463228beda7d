/** The header with which the gateway asks a subgraph for the SQL statements of a request. */
export const explainHeader = 'x-freight-explain';
