/** YAML that is refused although it is valid: what it would do is not visible where it stands. */
import { quote } from './problem.ts';
import { type Report, type Where } from './report.ts';

export const refuseDocuments = (report: Report, where: Where): void =>
  report.add('WF_MULTI_DOC', where, 'a second document begins here', {
    expected: 'one workflow per file',
    hint: "move it to a file of its own, or remove the '---'",
  });

export const refuseAlias = (report: Report, where: Where, token: string): void =>
  report.add('WF_YAML_ALIAS', where, `anchor or alias ${quote(token)}`, {
    expected: 'the value itself: anchors and aliases are not allowed',
    hint: "write the value out; a text that begins with '*' or '&' needs quotes",
  });

export const refuseTag = (report: Report, where: Where, token: string): void =>
  report.add('WF_YAML_TAG', where, `tag ${quote(token)}`, {
    expected: 'plain values: tags are not allowed',
    hint: "remove the tag; a text that begins with '!' needs quotes",
  });
