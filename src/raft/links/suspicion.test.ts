/**
 * Fast suspicion, branch by branch: which end of a connection is told as a loss, when, and how
 * often. Node 1 watches, node 2 is played by a program that does what a test says.
 */

import { describe, expect, it, test } from 'vitest'
import { nameOf } from '../testing/fleet.ts'
import { FIRST, Puppet } from '../testing/puppet.ts'

describe('a connection of ours that closes', () => {
  it('is nothing when the same boot answers at once', () => {
    const puppet = new Puppet().settle()
    puppet.hangUp('theirs')
    expect(puppet.after(1000)).toEqual(['up n2/1'])
    expect(puppet.status.losses).toBe(0)
  })

  it('is a loss at once when the next call is refused', () => {
    const puppet = new Puppet().settle()
    puppet.manner = 'refuses'
    puppet.hangUp('theirs')
    // The lane of images is dialled anew, and refused as well.
    const refused = 'refused n2 whim'
    expect(puppet.after(10)).toEqual(['lost n2', refused, refused])
    expect(puppet.status).toMatchObject({ losses: 1, boot: undefined })
  })

  it('is a loss after the time, and not before, when nobody answers', () => {
    const puppet = new Puppet().settle()
    puppet.manner = 'is silent'
    puppet.hangUp('theirs')
    expect(puppet.after(48)).toEqual([])
    expect(puppet.calls).toBe(2)
    expect(puppet.after(5)).toEqual(['lost n2'])
    expect(puppet.after(1900)).toEqual([])
  })

  it('is a loss, and a new life, when another boot answers', () => {
    const puppet = new Puppet().settle()
    puppet.life = { ...FIRST, boot: 2 }
    puppet.hangUp('theirs')
    expect(puppet.after(1000)).toEqual(['lost n2', 'up n2/2'])
    expect(puppet.status).toMatchObject({ losses: 1, boot: 2 })
  })

  it('is a loss, and a new life, when another store answers at the same boot', () => {
    const puppet = new Puppet().settle()
    puppet.life = { ...FIRST, store: 'new' }
    puppet.hangUp('theirs')
    expect(puppet.after(1000)).toEqual(['lost n2', 'up n2/1'])
  })

  it('is a loss at once when an older boot answers, which is not let in', () => {
    const puppet = new Puppet()
    puppet.life = { ...FIRST, boot: 5 }
    puppet.settle()
    puppet.life = { ...FIRST, boot: 4 }
    puppet.hangUp('theirs')
    const refused = 'refused n2 old-incarnation'
    expect(puppet.after(10)).toEqual(['lost n2', refused, refused])
    expect(puppet.after(5000).filter(line => line !== 'refused n2 old-incarnation')).toEqual([])
  })

  it('on the lane of images is nothing at all', () => {
    const puppet = new Puppet().settle()
    puppet.manner = 'refuses'
    puppet.hangUp('theirs', 'image')
    expect(puppet.after(500).filter(line => line !== 'refused n2 whim')).toEqual([])
    expect(puppet.status).toMatchObject({ state: 'up', losses: 0 })
  })
})

describe('while its own connection still brings frames', () => {
  it('a refusal is no loss before the time is over: more may come from that life', () => {
    const puppet = new Puppet().call().settle()
    puppet.manner = 'refuses'
    puppet.hangUp('theirs')
    puppet.say(1, 2)
    const told = puppet.after(40)
    expect(told.filter(line => line.startsWith('n2'))).toEqual(['n2: 1', 'n2: 2'])
    expect(told).not.toContain('lost n2')
    puppet.say(3)
    const later = puppet.after(20).filter(line => !line.startsWith('refused'))
    expect(later).toEqual(['n2: 3', 'lost n2'])
  })

  it('its end behind a refusal is a loss at once', () => {
    const puppet = new Puppet().call().settle()
    puppet.manner = 'refuses'
    puppet.hangUp('theirs')
    puppet.after(20)
    puppet.say(1)
    puppet.hangUp('its own')
    const told = puppet.after(10).filter(line => !line.startsWith('refused'))
    expect(told).toEqual(['n2: 1', 'lost n2'])
  })

  it('its end is nothing while ours stands', () => {
    const puppet = new Puppet().call().settle()
    puppet.hangUp('its own')
    expect(puppet.after(5000)).toEqual([])
    expect(puppet.status.state).toBe('up')
  })

  it('the end of its connection for images says nothing either', () => {
    const puppet = new Puppet().call().call('image').settle()
    puppet.manner = 'refuses'
    puppet.hangUp('theirs')
    puppet.after(20)
    puppet.hangUp('its own', 'image')
    expect(puppet.after(10)).not.toContain('lost n2')
  })

  it('nothing of it is heard any more once a new life has answered', () => {
    const puppet = new Puppet().call().settle()
    puppet.fleet.wire.clog(2, 1, puppet.fleet.queue.nowUs + 20_000)
    puppet.say(1)
    puppet.life = { ...FIRST, boot: 2 }
    puppet.hangUp('theirs')
    puppet.fleet.pass(100)
    puppet.say(2)
    const told = [...puppet.one.told, ...puppet.after(100)]
    expect(told.filter(line => line.startsWith('n2:')).length).toBeLessThanOrEqual(1)
    expect(told.indexOf('n2: 1')).toBeLessThan(told.indexOf('lost n2'))
    expect(told).not.toContain('n2: 2')
    expect(told.at(-1)).toBe('up n2/2')
  })
})

describe('a call of its own', () => {
  it('of the same boot is no news', () => {
    const puppet = new Puppet().settle()
    puppet.call()
    expect(puppet.after(500)).toEqual([])
    expect(puppet.calls).toBe(1)
  })

  it('of the same boot does not end a suspicion: it must answer', () => {
    const puppet = new Puppet().settle()
    puppet.manner = 'is silent'
    puppet.hangUp('theirs')
    puppet.after(10)
    puppet.call()
    expect(puppet.after(60)).toEqual(['lost n2'])
  })

  it('of the next boot is heard once our connection to the one before has closed', () => {
    const puppet = new Puppet().call().settle()
    puppet.life = { ...FIRST, boot: 2 }
    puppet.manner = 'is silent'
    puppet.hangUp('theirs')
    expect(puppet.after(5)).toEqual([])
    puppet.call('turn', [9])
    const told = puppet.after(20)
    expect(told).toEqual(['lost n2', 'n2: 9'])
    puppet.manner = 'answers'
    expect(puppet.after(2500)).toEqual(['up n2/2'])
  })

  it('of the next boot is refused for as long as the one before answers', () => {
    const puppet = new Puppet().call().settle()
    const before = structuredClone(puppet.fleet.memoryOf(1).peers.get(nameOf(2)))
    puppet.life = { ...FIRST, boot: 2 }
    for (let second = 0; second < 10; second++) {
      puppet.call('turn', [9]).call('image')
      expect(puppet.after(1000)).toEqual(Array(2).fill('refused n2 node-id-taken'))
    }
    expect(puppet.fleet.memoryOf(1).peers.get(nameOf(2))).toEqual(before)
    expect(puppet.status).toMatchObject({ state: 'up', boot: 1, losses: 0 })
  })

  it('of the next boot is heard once the one before has answered nothing for too long', () => {
    const puppet = new Puppet().call().settle()
    puppet.echoes = false
    puppet.life = { ...FIRST, boot: 2 }
    puppet.call('turn', [9])
    expect(puppet.after(1900)).toEqual(['refused n2 node-id-taken'])
    const { stuckMs, probeMs } = puppet.fleet.limits
    expect(puppet.after(stuckMs + 2 * probeMs - 1900)).toEqual(['lost n2', 'up n2/2'])
    puppet.echoes = true
    puppet.call('turn', [9])
    expect(puppet.after(500)).toEqual(['n2: 9'])
  })

  it('on the lane of images teaches its boot, and only once', () => {
    const puppet = new Puppet().settle()
    puppet.life = { ...FIRST, boot: 2 }
    puppet.manner = 'is silent'
    puppet.hangUp('theirs')
    puppet.after(5)
    puppet.call('image').call('image')
    puppet.after(500)
    expect(puppet.fleet.memoryOf(1).peers.get(nameOf(2))?.boot).toBe(2)
    puppet.call()
    const told = puppet.after(500)
    expect(told.filter(line => line === 'lost n2').length).toBeLessThanOrEqual(1)
    expect(puppet.status.losses).toBe(1)
  })

  it('of an older boot is refused, and takes nothing from the newer', () => {
    const puppet = new Puppet()
    puppet.life = { ...FIRST, boot: 5 }
    puppet.call().settle()
    puppet.life = { ...FIRST, boot: 4 }
    puppet.call('turn', [1])
    expect(puppet.after(200)).toEqual(['refused n2 old-incarnation'])
    expect(puppet.status).toMatchObject({ state: 'up', boot: 5, losses: 0 })
  })
})

describe('somebody else in the name of a connected node', () => {
  const namesake = () => {
    const puppet = new Puppet().call().settle()
    const before = structuredClone(puppet.fleet.memoryOf(1).peers.get(nameOf(2)))
    puppet.life = { boot: 9, store: 'of another' }
    puppet.call().call('image')
    return { puppet, before, told: puppet.after(200) }
  }

  it('is refused, and nothing is learned of it', () => {
    const { puppet, before, told } = namesake()
    expect(told).toEqual(Array(2).fill('refused n2 node-id-taken'))
    expect(puppet.fleet.memoryOf(1).peers.get(nameOf(2))).toEqual(before)
    expect(puppet.status).toMatchObject({ state: 'up', boot: 1, losses: 0 })
  })

  it('takes nothing from that node, whose next start is let in', () => {
    const { puppet } = namesake()
    puppet.life = { ...FIRST, boot: 2 }
    puppet.hangUp('theirs')
    expect(puppet.after(1000)).toEqual(['lost n2', 'up n2/2'])
  })

  it('takes its place once it is gone', () => {
    const { puppet } = namesake()
    puppet.manner = 'refuses'
    puppet.hangUp('theirs')
    puppet.after(200)
    puppet.manner = 'answers'
    expect(puppet.call().after(2500)).toContain('up n2/9')
    puppet.life = { ...FIRST, boot: 3 }
    expect(puppet.call().after(200)).toEqual(['refused n2 old-incarnation'])
  })
})

describe('a loss is told once', () => {
  it('whatever closes behind it', () => {
    const puppet = new Puppet().call().settle()
    puppet.manner = 'refuses'
    for (const whose of ['theirs', 'its own'] as const) puppet.hangUp(whose)
    const told = [...puppet.after(20), ...puppet.after(5000)]
    expect(told.filter(line => line === 'lost n2')).toHaveLength(1)
  })

  it('and again for the next life, after it has come', () => {
    const puppet = new Puppet().settle()
    for (let boot = 2; boot < 8; boot++) {
      puppet.manner = 'refuses'
      puppet.hangUp('theirs')
      expect(puppet.after(200).filter(line => line === 'lost n2')).toHaveLength(1)
      puppet.manner = 'answers'
      puppet.life = { ...FIRST, boot }
      expect(puppet.after(2500)).toContain(`up n2/${boot}`)
      expect(puppet.one.told).not.toContain('lost n2')
    }
    expect(puppet.status.losses).toBe(6)
  })

  it('and for the same life that came back from silence, when it goes again', () => {
    const puppet = new Puppet().settle()
    puppet.manner = 'is silent'
    puppet.hangUp('theirs')
    expect(puppet.after(100)).toEqual(['lost n2'])
    puppet.manner = 'answers'
    puppet.hangUp('theirs')
    expect(puppet.after(2500)).toEqual(['up n2/1'])
    puppet.manner = 'refuses'
    puppet.hangUp('theirs')
    expect(puppet.after(100)).toContain('lost n2')
    expect(puppet.status.losses).toBe(2)
  })

  it('and never for whom nobody has met', () => {
    const puppet = new Puppet()
    puppet.manner = 'refuses'
    const told = puppet.after(3000)
    expect(new Set(told)).toEqual(new Set(['refused n2 whim']))
    expect(puppet.status.losses).toBe(0)
  })
})

test.each([10, 200])('the time of a suspicion is the one that was set: %i ms', suspectMs => {
  const puppet = new Puppet({ suspectMs }).settle()
  puppet.manner = 'is silent'
  puppet.hangUp('theirs')
  expect(puppet.after(suspectMs - 2)).toEqual([])
  expect(puppet.after(5)).toEqual(['lost n2'])
})

test('why it closed is kept for people until it is up again', () => {
  const puppet = new Puppet().settle()
  expect(puppet.status.lastClosed).toBeUndefined()
  puppet.manner = 'is silent'
  puppet.hangUp('theirs')
  puppet.after(10)
  expect(puppet.status).toMatchObject({
    state: 'connecting',
    lastClosed: 'the other side closed the connection',
    lastRefusal: undefined,
  })
  puppet.manner = 'answers'
  puppet.after(5000)
  expect(puppet.status).toMatchObject({ state: 'up', lastClosed: undefined })
  puppet.manner = 'refuses'
  puppet.hangUp('theirs')
  puppet.after(100)
  expect(puppet.status).toMatchObject({
    lastClosed: 'they refused: whim',
    lastRefusal: { code: 'whim', message: 'not today; come again tomorrow' },
  })
})
