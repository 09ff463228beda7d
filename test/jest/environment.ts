import { ModernFakeTimers } from '@jest/fake-timers';
import { TestEnvironment } from 'jest-environment-node';

/**
 * The environment of jest's own code, which has a global object per test file. It gets the classes and timers of the modules
 * under test, so that an `Error` of a test is an `Error` for jest.
 */
// biome-ignore lint/style/noDefaultExport: jest asks for a default export
export default class NativeEnvironment extends TestEnvironment {
  constructor(...given: ConstructorParameters<typeof TestEnvironment>) {
    super(...given);
    for (const name of Object.getOwnPropertyNames(globalThis)) {
      const value = Reflect.getOwnPropertyDescriptor(globalThis, name)?.value;
      if (typeof value === 'function' && /^[A-Z]/.test(name)) Reflect.set(this.global, name, value);
    }
    this.fakeTimersModern = new ModernFakeTimers({ config: given[0].projectConfig, global: globalThis });
  }
}
