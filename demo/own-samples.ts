/** A network to try, and how to look at it. */
export interface Sample {
  readonly name: string;
  readonly source: string;
  readonly files: readonly string[];
  /** Of a file that does not say. */
  readonly outputActivation?: string;
  /** How the plane lies where there are data. */
  readonly by?: 'axes' | 'points';
  readonly axes?: readonly [number, number];
  readonly rows?: readonly [number, number, number];
}

export const SAMPLES: readonly Sample[] = [
  {
    name: 'Circle',
    source: 'PyTorch, safetensors',
    files: ['circle.safetensors'],
    outputActivation: 'tanh',
  },
  { name: 'Spirals', source: 'PyTorch, ONNX', files: ['spirals.onnx'] },
  {
    name: 'Iris',
    source: 'scikit-learn, 4 inputs',
    files: ['iris.onnx', 'iris.npy'],
    by: 'axes',
    axes: [2, 3],
  },
  {
    name: 'Digits',
    source: 'scikit-learn, 64 inputs',
    files: ['digits.onnx', 'digits.npy'],
    by: 'points',
    rows: [3, 8, 5],
  },
];

/** Fetches the files of a sample. */
export async function fetchSample({ files }: Sample): Promise<File[]> {
  return Promise.all(
    files.map(async (name) => {
      const response = await fetch(new URL(`samples/${name}`, document.baseURI));
      if (!response.ok) throw new Error(`${name} cannot be had: ${response.status}`);
      return new File([await response.arrayBuffer()], name);
    }),
  );
}
