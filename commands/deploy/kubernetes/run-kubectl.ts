import { runProgram } from '../run-program.ts';

/** Runs kubectl in the namespace of the product, with an object of this text as its input. @throws Error with its message */
export type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

export const runKubectl: Kubectl = (args, input = '') =>
  runProgram('kubectl', ['--namespace', 'freight', ...args], { input });
