/** The page docs/reference/errors.md: every code with its meaning, an example and what to do. */
import { failureCodes } from '#core/failure.ts';
import { wireCodes } from '#core/wire-problem.ts';
import { problemCodes } from '#core/workflow/problem.ts';
import { awsGuide } from './error-guide/aws.ts';
import { eventGuide } from './error-guide/events.ts';
import { type FullGuide, type Guide } from './error-guide/guide.ts';
import { kafkaGuide } from './error-guide/kafka.ts';
import { commandGuide, deadLetterGuide, httpGuide, settingGuide, storeGuide } from './error-guide/others.ts';
import { runGuide } from './error-guide/runs.ts';
import { workflowFileGuide } from './error-guide/workflow-files.ts';

type Codes = Readonly<Record<string, FullGuide>>;

/** The types of the guides see to it that no code of a table is left out. */
const withMeaning = <Code extends string>(
  meanings: Readonly<Record<Code, string>>,
  guides: Readonly<Record<Code, Guide>>,
): Codes =>
  Object.fromEntries(
    (Object.keys(meanings) as Code[]).map((code) => [code, [meanings[code], ...guides[code]] as const]),
  );

export const errorSections: readonly (readonly [title: string, codes: Codes])[] = [
  ['Workflow files, before a run', withMeaning(problemCodes, workflowFileGuide)],
  ['Runs, steps and agents', withMeaning(failureCodes, runGuide)],
  ['Events and records (dead letters carry them)', withMeaning(wireCodes, eventGuide)],
  ['Dead letters of events that decode', deadLetterGuide],
  ['Log and store', storeGuide],
  ['Kafka', kafkaGuide],
  ['Deployments on AWS', awsGuide],
  ['Settings and manifests', settingGuide],
  ['Command line', commandGuide],
  ['HTTP agents that Baton hosts', httpGuide],
];

export function errorsPage(note: string): string {
  const table = ([title, codes]: (typeof errorSections)[number]): readonly string[] => [
    `## ${title}`,
    '',
    '| code | what went wrong | for example | what to do |',
    '| --- | --- | --- | --- |',
    ...Object.entries(codes).map(([code, cells]) => `| \`${code}\` | ${cells.map(cell).join(' | ')} |`),
    '',
  ];
  return [
    note,
    '',
    '# Error codes',
    '',
    'A code, once published, keeps its meaning. Messages say what went wrong, the value given, what was expected and how to fix it; values are cut at 80 characters, and what looks like a key is not shown.',
    '',
    ...errorSections.flatMap(table),
  ].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
