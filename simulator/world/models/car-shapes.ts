/** Proportions of a passenger car, metres; x counts from the front backwards. */
export interface CarShape {
  lengthM: number;
  widthM: number;
  heightM: number;
  /** Height of the window line. */
  beltM: number;
  /** Height of the bonnet's front edge. */
  noseM: number;
  windscreenFootM: number;
  roofFrontM: number;
  roofRearM: number;
  rearWindowFootM: number;
  tailM: number;
  wheelRadiusM: number;
}

export const carShapes: Record<string, CarShape> = {
  hatchback: {
    lengthM: 4.1,
    widthM: 1.76,
    heightM: 1.47,
    beltM: 0.93,
    noseM: 0.68,
    windscreenFootM: 1.0,
    roofFrontM: 1.75,
    roofRearM: 3.55,
    rearWindowFootM: 3.98,
    tailM: 0.86,
    wheelRadiusM: 0.31,
  },
  saloon: {
    lengthM: 4.7,
    widthM: 1.82,
    heightM: 1.44,
    beltM: 0.93,
    noseM: 0.68,
    windscreenFootM: 1.35,
    roofFrontM: 2.1,
    roofRearM: 3.35,
    rearWindowFootM: 4.0,
    tailM: 0.93,
    wheelRadiusM: 0.33,
  },
  estate: {
    lengthM: 4.7,
    widthM: 1.82,
    heightM: 1.49,
    beltM: 0.94,
    noseM: 0.69,
    windscreenFootM: 1.35,
    roofFrontM: 2.1,
    roofRearM: 4.25,
    rearWindowFootM: 4.6,
    tailM: 0.9,
    wheelRadiusM: 0.33,
  },
  suv: {
    lengthM: 4.55,
    widthM: 1.88,
    heightM: 1.7,
    beltM: 1.1,
    noseM: 0.86,
    windscreenFootM: 1.2,
    roofFrontM: 1.85,
    roofRearM: 4.0,
    rearWindowFootM: 4.4,
    tailM: 1.0,
    wheelRadiusM: 0.37,
  },
  city: {
    lengthM: 3.5,
    widthM: 1.64,
    heightM: 1.48,
    beltM: 0.92,
    noseM: 0.74,
    windscreenFootM: 0.75,
    roofFrontM: 1.45,
    roofRearM: 3.1,
    rearWindowFootM: 3.42,
    tailM: 0.88,
    wheelRadiusM: 0.29,
  },
  van: {
    lengthM: 5.2,
    widthM: 1.98,
    heightM: 2.1,
    beltM: 1.18,
    noseM: 0.95,
    windscreenFootM: 0.75,
    roofFrontM: 1.55,
    roofRearM: 5.05,
    rearWindowFootM: 5.15,
    tailM: 1.1,
    wheelRadiusM: 0.34,
  },
};
