/** Every surface of the fuzzer, by name. */
import { type Surface } from './surface.ts';
import { agentAnswers } from './surfaces/agent-answer.ts';
import { binaryEvents, structuredEvents } from './surfaces/cloud-event.ts';
import { commandLines } from './surfaces/command-line.ts';
import { expressions } from './surfaces/expression.ts';
import { jsonBytes } from './surfaces/json-bytes.ts';
import { kafkaBatches } from './surfaces/kafka-batch.ts';
import { workflowFiles } from './surfaces/workflow-file.ts';

// Each feeds only what its own `inputs` made: the types meet again inside the surface.
export const surfaces = [structuredEvents, binaryEvents, kafkaBatches, jsonBytes, workflowFiles, expressions, agentAnswers, commandLines] as readonly Surface[]; // prettier-ignore
