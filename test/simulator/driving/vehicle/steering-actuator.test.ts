import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SteeringActuator } from '../../../../simulator/driving/vehicle/steering-actuator.js';

const limits = { delayS: 0.1, maxRateRadPerS: 0.5, maxAngleRad: 0.4 };

test('the wheels stand still until the delay is over, then turn at their rate to the commanded angle', () => {
  const actuator = new SteeringActuator(0, 0, limits);
  actuator.command(0.2, 1);
  actuator.advance(1.0999);
  expect(actuator.angleRad).toBe(0);
  actuator.advance(1.3);
  expect(actuator.angleRad).toBeCloseTo(0.1, 9);
  actuator.advance(1.5);
  expect(actuator.angleRad).toBeCloseTo(0.2, 9);
  actuator.advance(9);
  expect(actuator.angleRad).toBeCloseTo(0.2, 9);
});

test('commands come into force each at its own moment, also within one long step', () => {
  const actuator = new SteeringActuator(0, 0, limits);
  actuator.command(0.4, 0);
  actuator.command(-0.4, 0.4);
  actuator.advance(1);
  // 0.4 s to the left from 0.1 on, then 0.5 s to the right.
  expect(actuator.angleRad).toBeCloseTo(0.2 - 0.25, 9);
});

test('whatever is commanded, angle and rate stay within their limits', () => {
  const commands = fc.array(
    fc.record({
      angleRad: fc.double({ min: -3, max: 3, noNaN: true }),
      waitS: fc.double({ min: 0, max: 0.5, noNaN: true }),
    }),
    { minLength: 1, maxLength: 30 },
  );
  fc.assert(
    fc.property(commands, fc.double({ min: 0.001, max: 0.2, noNaN: true }), (list, dtS) => {
      const actuator = new SteeringActuator(0, 0, limits);
      let nowS = 0;
      for (const { angleRad, waitS } of list) {
        actuator.command(angleRad, nowS);
        const untilS = nowS + waitS;
        while (nowS < untilS) {
          const before = actuator.angleRad;
          nowS += dtS;
          actuator.advance(nowS);
          expect(Math.abs(actuator.angleRad)).toBeLessThanOrEqual(limits.maxAngleRad);
          const turnedRad = Math.abs(actuator.angleRad - before);
          expect(turnedRad).toBeLessThanOrEqual(limits.maxRateRadPerS * dtS + 1e-9);
        }
      }
    }),
  );
});
