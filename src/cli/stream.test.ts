/** Streams that nobody reads any more. */

import { EventEmitter } from 'node:events'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { sayingTo } from './stream.ts'

/** Takes so many texts; then whoever read is gone. */
function reader(texts: number) {
  const heard: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      if (heard.length >= texts) done(new Error('write EPIPE'))
      else {
        heard.push(String(chunk))
        done()
      }
    },
  })
  return { heard, sink }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

test('what is said is heard, in order', async () => {
  const { heard, sink } = reader(3)
  const say = sayingTo(sink)
  for (const text of ['a', 'b', 'c']) say(text)
  await turn()
  expect(heard).toEqual(['a', 'b', 'c'])
})

test('when nobody reads any more nothing breaks, and nothing is kept for ever', async () => {
  const { heard, sink } = reader(1)
  const say = sayingTo(sink)
  say('a')
  say('b')
  await turn()
  for (let more = 0; more < 100; more++) say('more')
  await turn()
  expect(heard).toEqual(['a'])
  expect(sink.writableLength).toBeLessThanOrEqual(1)
})

/** As the process's own streams do on a disk: what fails is forgotten, and they go on. */
class Disk extends EventEmitter {
  readonly heard: string[] = []
  isFull = false

  write(text: string): void {
    const error = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    if (this.isFull) this.emit('error', error)
    else this.heard.push(text)
  }
}

test('where the disk was full, it is said again when there is room, on a line of its own', () => {
  const disk = new Disk()
  const say = sayingTo(disk)
  say('a\n')
  disk.isFull = true
  for (const text of ['b\n', 'c\n']) say(text)
  disk.isFull = false
  for (const text of ['d\n', 'e\n']) say(text)
  expect(disk.heard).toEqual(['a\n', '\nd\n', 'e\n'])
})
