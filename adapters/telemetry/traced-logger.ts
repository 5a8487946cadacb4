/** Log lines that name the trace and span they were written in. */
import { type LogFields, type Logger } from '#core/ports.ts';
import { type Hop } from './hop.ts';

/** `place`: where a line with these fields belongs, if that is known. */
export function tracedLogger(
  logger: Logger,
  place: (fields: LogFields) => Hop | undefined,
  bound: LogFields = {},
): Logger {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: LogFields, message: string) => {
    const hop = place({ ...bound, ...fields });
    logger[level](
      hop === undefined ? fields : { ...fields, traceId: hop.traceId, spanId: hop.spanId },
      message,
    );
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => tracedLogger(logger.child(fields), place, { ...bound, ...fields }),
  };
}
