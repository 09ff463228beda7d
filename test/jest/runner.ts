import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import circus, { type Runner } from 'jest-circus/runner';
import { setGlobals } from './globals.ts';

const globals = new URL('./globals.ts', import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals' ? { url: globals, shortCircuit: true } : next(specifier, context),
});

/**
 * The runner of jest, but Node imports the test files. Thus a worker loads a module once for all its test files, and the tests
 * run the same files that `node` runs. Jest itself would load the libraries and the project again for each test file.
 */
const run: Runner = (globalConfig, config, environment, runtime, file, ...rest) => {
  const native = Object.create(runtime, {
    unstable_shouldLoadAsEsm: { value: () => true },
    unstable_importModule: {
      value: async (path: string) => {
        setGlobals(runtime.requireModuleOrMock(file, '@jest/globals'));
        const { default: setUp } = await import(pathToFileURL(path).href);
        await setUp?.();
      },
    },
  });
  return circus.default(globalConfig, config, environment, native, file, ...rest);
};

// biome-ignore lint/style/noDefaultExport: jest asks for a default export
export default run;
