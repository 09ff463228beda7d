// biome-ignore lint/style/noDefaultExport: jest asks for a default export
export default async function teardown(): Promise<void> {
  await (globalThis as { testRun?: AsyncDisposable }).testRun?.[Symbol.asyncDispose]();
}
