/** The values of the variables that an operation's `@skip` and `@include` depend on. */
export type Conditions = Readonly<Record<string, boolean>>;
