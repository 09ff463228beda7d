import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Copy, DockerfileParser, type Instruction } from 'dockerfile-ast';
import { ConfigurationError, needs } from '#shared/runtime/config.ts';

/** An instruction of a Dockerfile, in the forms that this project uses. */
export type Step =
  | {
      readonly kind: 'copy';
      readonly from: string | undefined;
      readonly sources: readonly string[];
      readonly target: string;
    }
  | { readonly kind: 'run'; readonly script: string }
  | { readonly kind: 'folder'; readonly path: string };

/** A stage: everything between two FROM. */
export interface Stage {
  readonly name: string | undefined;
  readonly base: string;
  readonly steps: readonly Step[];
  readonly user: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: readonly string[] | undefined;
  readonly labels: readonly string[];
  readonly ports: readonly string[];
}

type Draft = { -readonly [key in keyof Stage]: Stage[key] } & { steps: Step[] };

/** @throws ConfigurationError for an instruction that this project does not use */
export function readDockerfile(project: string): readonly Stage[] {
  const instructions = DockerfileParser.parse(readFileSync(join(project, 'Dockerfile'), 'utf8')).getInstructions();
  const stages: Draft[] = [];
  for (const instruction of instructions) {
    const keyword = instruction.getKeyword();
    if (keyword === 'FROM') stages.push(startStage(instruction));
    else if (keyword !== 'ARG') addStep(stages.at(-1), instruction);
  }
  return stages;
}

function startStage(instruction: Instruction): Draft {
  const [base = '', , name] = textsOf(instruction);
  return {
    name,
    base,
    steps: [],
    user: undefined,
    environment: {},
    entrypoint: [],
    command: [],
    healthcheck: undefined,
    labels: [],
    ports: [],
  };
}

function addStep(stage: Draft | undefined, instruction: Instruction): void {
  if (!stage) throw new ConfigurationError('Dockerfile: FROM must come first.');
  const keyword = instruction.getKeyword();
  const texts = textsOf(instruction);
  const pairs = () => texts.map((text) => text.split(/=(.*)/s));
  switch (keyword) {
    case 'COPY':
      if (instruction instanceof Copy) stage.steps.push(copyOf(instruction, texts));
      return;
    case 'RUN':
      stage.steps.push({ kind: 'run', script: instruction.getRawArgumentsContent() ?? '' });
      return;
    case 'WORKDIR':
      stage.steps.push({ kind: 'folder', path: texts[0] ?? '' });
      return;
    case 'USER':
      stage.user = texts[0];
      return;
    case 'ENV':
      stage.environment = { ...stage.environment, ...Object.fromEntries(pairs()) };
      return;
    case 'LABEL':
      stage.labels = [...stage.labels, ...pairs().map(([name = '']) => name)];
      return;
    case 'ENTRYPOINT':
      stage.entrypoint = jsonOf(instruction);
      return;
    case 'CMD':
      stage.command = jsonOf(instruction);
      return;
    case 'HEALTHCHECK':
      stage.healthcheck = jsonIn(instruction.getRawArgumentsContent() ?? '');
      return;
    case 'EXPOSE':
      stage.ports = [...stage.ports, ...texts];
      return;
    default:
      throw new ConfigurationError(`Dockerfile: ${keyword} is not an instruction that this project uses.`);
  }
}

const textsOf = (instruction: Instruction): readonly string[] =>
  instruction.getArguments().map((argument) => argument.getValue());

function copyOf(instruction: Copy, texts: readonly string[]): Step {
  const from = instruction.getFromFlag()?.getValue() ?? undefined;
  const paths = texts.filter((text) => !text.startsWith('--'));
  return { kind: 'copy', from, sources: paths.slice(0, -1), target: paths.at(-1) ?? '' };
}

const jsonOf = (instruction: Instruction): readonly string[] => jsonIn(instruction.getRawArgumentsContent() ?? '');

/** The exec form, in which Node gets signals itself. @throws ConfigurationError for the shell form */
function jsonIn(text: string): readonly string[] {
  const list = /\[.*\]/s.exec(text)?.[0];
  if (!list) throw needs('Dockerfile', 'the exec form ["…"]', text);
  return JSON.parse(list) as readonly string[]; // the exec form has texts only
}
