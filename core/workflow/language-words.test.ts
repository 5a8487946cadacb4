/** The words of the language as people meet them: other tools' words, and what is told of a key. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { workflowFileSchema } from './file-schema.ts';
import {
  approvalWords,
  bodyWords,
  checkWords,
  joinWords,
  meant,
  retryWords,
  stepWords,
  type Words,
  workflowWords,
} from './language.ts';
import { newReport } from './report.ts';
import { nodeOfJson } from './source-node.ts';

const tables = { workflowWords, bodyWords, stepWords, retryWords, approvalWords, joinWords };

describe("another tool's word", () => {
  const rows: readonly (readonly [words: Words, ours: string, theirs: string])[] = [
    [stepWords, 'needs', 'dependsOn depends_on after DEPENDSON'],
    [stepWords, 'if', 'when condition'],
    [stepWords, 'with', 'input arguments parameters args params PARAMETERS'],
    [stepWords, 'retry', 'retries maxAttempts max_attempts attempts'],
    [stepWords, 'timeout', 'timeoutSeconds timeout_seconds timeout-minutes'],
    [stepWords, 'agent', 'uses action task'],
    [stepWords, 'continueOnError', 'continue-on-error allowFailure'],
    [workflowWords, 'outputs', 'output'],
    [workflowWords, 'steps', 'jobs tasks'],
    [workflowWords, 'name', 'id'],
    [workflowWords, 'labels', 'tags Tags'],
    [approvalWords, 'to', 'approvers reviewers assignees'],
    [approvalWords, 'prompt', 'message question'],
    [retryWords, 'delay', 'interval initialInterval initialIntervall'],
    [retryWords, 'factor', 'backoffRate'],
    [retryWords, 'maxDelay', 'maxInterval'],
    [joinWords, 'atLeast', 'max'],
  ];
  for (const [words, ours, theirs] of rows)
    it(`is answered with ${ours}`, () => {
      for (const word of theirs.split(' ')) assert.equal(meant(word, words), ours, word);
    });

  it('is meant by a slip that is nearer to it than to its like', () => {
    for (const [key, ours] of Object.entries({
      ...{ dependsOnAll: 'needs', depends_onAll: 'needs', paramsIn: 'with', retriesOf: 'retry' },
      ...{ maxAttemptsAll: 'retry', max_attemptsAll: 'retry', attemptsAll: 'retry' },
      ...{ timeoutSecondsAll: 'timeout', timeout_secondsAll: 'timeout' },
      'continue-on-errorAt': 'continueOnError',
    }))
      assert.equal(meant(key, stepWords), ours, key);
    assert.equal(meant('ourOutput', workflowWords), 'outputs');
  });

  it('is no answer where ours is not a word, or a misspelt one of our own is nearer', () => {
    assert.equal(meant('reviewers', stepWords), undefined);
    assert.equal(meant('interval', joinWords), undefined);
    assert.equal(meant('continueonerror', joinWords), undefined);
    assert.equal(meant('input', workflowWords), 'inputs');
  });
});

describe('every word', () => {
  it('says what it is for, also those that are not built yet', () => {
    for (const [table, words] of Object.entries(tables))
      for (const [word, { about }] of Object.entries(words))
        assert.match(about, /^\w.{8}/, `${table}.${word}`);
  });

  it('that stands in the JSON Schema of a file has a description there', () => {
    const { properties } = workflowFileSchema() as { properties: Record<string, { description: string }> };
    assert.equal(properties['labels']?.description, 'Labels of every run, for finding it.');
  });
});

describe('what is told of a key', () => {
  it('has its place: that of the key, or of what it is missing in', () => {
    const node = nodeOfJson({ 'a/b': 1, cancelRst: true, cancelRest: true }, 3, '/steps/s/join');
    assert.ok(node.kind === 'map');
    const report = newReport();
    checkWords(node, joinWords, 'join', report);
    const at = { line: 0, column: 0 };
    const expected = 'atLeast, cancelRest';
    const severity = 'error';
    assert.deepEqual(report.problems, [
      { code: 'WF_UNKNOWN_FIELD', severity, message: "unknown field 'a/b' in join", at, path: '/steps/s/join/a~1b', expected, hint: 'remove it' },
      { code: 'WF_UNKNOWN_FIELD', severity, message: "unknown field 'cancelRst' in join", at, path: '/steps/s/join/cancelRst', expected, hint: "did you mean 'cancelRest'?" },
      { code: 'WF_REQUIRED', severity, message: "join has no 'atLeast'", at, path: '/steps/s/join/atLeast', expected: 'atLeast: So many needed steps must succeed.', hint: "add 'atLeast'" },
    ]); // prettier-ignore
  });
});
