// The first tab of any other graph. Read by explorer.js.
const defaultTabs = [
  {
    query: `# Ctrl-Space completes, Ctrl-Enter runs. Headers that the gateway hands on go into the Headers tab.
{
  __typename
}
`,
  },
];
