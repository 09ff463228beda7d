/** The values of the variables in an operation's `@skip`, `@include` and `@defer`. */
export type Conditions = Readonly<Record<string, boolean>>;
