/** A design and its plan as Terraform files, and the proof that nothing of the design was left out. */
import { type ApplicationDesign } from '../application-design.ts';
import { accessBlocks } from './access.ts';
import { apiBlocks } from './api.ts';
import { type Plan, type Terraform } from './contract.ts';
import { mainBlocks, outputBlocks, variableBlocks } from './foundation.ts';
import { type Block, fileOf } from './hcl.ts';
import { eventAddress, messagingBlocks } from './messaging.ts';
import { serviceAddress, serviceBlocks } from './services.ts';
import { storeAddress, storeBlocks } from './stores.ts';

/** Pure: the same design and plan give the same text. Files without content are left out. */
export function terraformOf(design: ApplicationDesign, plan: Plan): Terraform {
  const contents: readonly (readonly [string, readonly Block[]])[] = [
    ['main.tf', mainBlocks(design)],
    ['variables.tf', variableBlocks(design)],
    ['services.tf', serviceBlocks(design, plan)],
    ['access.tf', accessBlocks(design)],
    ['stores.tf', storeBlocks(design, plan)],
    ['messaging.tf', messagingBlocks(design, plan)],
    ['api.tf', apiBlocks(design)],
    ['outputs.tf', outputBlocks(design)],
  ];
  return {
    files: Object.fromEntries(
      contents.flatMap(([name, blocks]) => (blocks.length === 0 ? [] : [[name, fileOf(blocks)]])),
    ),
    resources: [
      ...design.services.map((each) => ({
        kind: 'service' as const,
        element: each.name,
        address: serviceAddress(each),
      })),
      ...design.stores.map((each) => ({
        kind: 'store' as const,
        element: each.name,
        address: storeAddress(each),
      })),
      ...design.events.map((each) => ({
        kind: 'event' as const,
        element: each.name,
        address: eventAddress(each),
      })),
    ],
    notes: [...plan.notes, ...standingNotes(design)],
  };
}

const standingNotes = (design: ApplicationDesign): readonly string[] => [
  'Keep the state in an encrypted backend of your own; none is written here.',
  ...(design.events.length > 0
    ? ['Topics are created through the brokers: apply from inside the network.']
    : []),
  ...design.stores
    .filter(({ kind }) => kind === 'relational')
    .map(
      ({ name }) =>
        `Create a database user for each service of ${name}, with rds_iam and the grants it needs.`,
    ),
  ...design.services
    .filter(({ runtime, endpoints }) => runtime === 'container' && endpoints.length > 0)
    .map(
      ({ name }) =>
        `${name} has no public address: put a load balancer with a certificate and sign-in before port 8080.`,
    ),
];

/** What is missing or not balanced. Empty for whatever `terraformOf` writes: asked all the same, before it is handed on. */
export function terraformProblems(design: ApplicationDesign, terraform: Terraform): readonly string[] {
  const text = Object.values(terraform.files).join('\n');
  const elements = [...design.services, ...design.stores, ...design.events].map(({ name }) => name);
  return [
    ...Object.entries(terraform.files).flatMap(([name, content]) => balanceProblems(name, content)),
    ...elements
      .filter((element) => !terraform.resources.some((each) => each.element === element))
      .map((element) => `'${element}' of the design has no resource`),
    ...terraform.resources
      .filter(({ element, address }) => !declares(text, element, address))
      .map(({ element, address }) => `'${element}' should be ${address}, which no file declares`),
  ];
}

/** An address is `type.name["element"]`: the resource is there, and the element is written somewhere as a name. */
function declares(text: string, element: string, address: string): boolean {
  const [, type = '', name = ''] = /^([a-z0-9_]+)\.([a-z]+)\["/.exec(address) ?? [];
  return text.includes(`resource "${type}" "${name}" {`) && text.includes(`"${element}"`);
}

const closers: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };

/** Brackets, strings and templates within strings close in the order in which they opened. */
function balanceProblems(file: string, content: string): readonly string[] {
  const open: string[] = [];
  for (let at = 0; at < content.length; at += 1) {
    const character = content.charAt(at);
    if (open.at(-1) === '"') {
      if (character === '\\') at += 1;
      else if (character === '"') open.pop();
      else if (character === '\n') return [`${file}: a string is not closed on its line`];
      else if (/[$%]/.test(character) && content.charAt(at + 1) === '{') {
        open.push('}');
        at += 1;
      }
    } else if (character === '"') open.push('"');
    else if (closers[character] !== undefined) open.push(closers[character]);
    else if ('}])'.includes(character) && open.pop() !== character)
      return [`${file}: '${character}' closes nothing`];
  }
  return open.length === 0 ? [] : [`${file}: '${open.at(-1)}' is missing at the end`];
}
