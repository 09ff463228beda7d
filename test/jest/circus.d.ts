declare module 'jest-circus/runner' {
  import type * as globals from '@jest/globals';

  /** What jest knows of a test file: a part of its type, which it does not export. */
  export interface Runtime {
    requireModuleOrMock(from: string, name: '@jest/globals'): typeof globals;
  }

  export type Runner = (
    globalConfig: object,
    config: object,
    environment: object,
    runtime: Runtime,
    file: string,
    ...rest: readonly unknown[]
  ) => Promise<object>;

  const module: { readonly default: Runner };
  // biome-ignore lint/style/noDefaultExport: this is what the package exports
  export default module;
}
