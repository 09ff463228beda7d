// The first tab of any other graph. Read by explorer.js.
const defaultTabs = [
  {
    query: `# Ctrl-Space completes, Ctrl-Enter runs. Put headers that the gateway forwards into the Headers tab.
{
  __typename
}
`,
  },
];
