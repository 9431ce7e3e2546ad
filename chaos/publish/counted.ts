/** A producer whose calls are counted by what they were answered: `commit fenced`. */

import type { LogDone, TransactionalProducer } from '../../src/base/stream-log.ts'

export function counted(
  producer: TransactionalProducer,
  counts: Map<string, number>,
): TransactionalProducer {
  const counting = <T>(call: string, done: LogDone<T>): LogDone<T> => {
    return answer => {
      const name = `${call} ${answer.error?.code ?? 'ok'}`
      counts.set(name, 1 + (counts.get(name) ?? 0))
      done(answer)
    }
  }
  return {
    init: done => producer.init(counting('init', done)),
    send: (records, done) => producer.send(records, counting('send', done)),
    end: (how, done) => producer.end(how, counting(how, done)),
    close: () => producer.close(),
  }
}
