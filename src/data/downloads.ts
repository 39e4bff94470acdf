/** A file of a published dataset, as its server has it. */
export interface DownloadFile {
  /** Its name on the server. */
  readonly name: string;
  readonly bytes: number;
  /** In hexadecimal. SHA-256, or MD5 where nobody has published a SHA-256. */
  readonly checksum: { readonly algorithm: "sha256" | "md5"; readonly hex: string };
  /** `none`: it is a file of the dataset itself. */
  readonly packing: "none" | "tar.gz" | "zip";
  /** Bytes that an archive may unpack to: somewhat more than it does. */
  readonly unpackedBytes?: number | undefined;
  /** Which files of an archive are the dataset's, and their paths in its folder: a pattern with what `replace` puts for it. */
  readonly places?: readonly (readonly [pattern: RegExp, path: string])[] | undefined;
}

/** A dataset that its authors have published for download. */
export interface DatasetDownload {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** The folder of its files on the server. */
  readonly address: string;
  readonly files: readonly DownloadFile[];
  /** The dataset format that reads it. */
  readonly format: string;
  /** Training and test images. */
  readonly train: number;
  readonly test: number;
}

const sha256 = (hex: string) => ({ algorithm: "sha256", hex }) as const;
const plain = (name: string, bytes: number, hex: string): DownloadFile => ({
  name,
  bytes,
  checksum: sha256(hex),
  packing: "none",
});

// Lengths and SHA-256 of CIFAR, MNIST and Fashion-MNIST: TensorFlow Datasets, url_checksums/*.txt. Of GTSRB's test files: torchvision,
// prototype/datasets/_builtin/gtsrb.py; MD5 of its training file, for which no SHA-256 is published: several papers' code, all equal.

/** Every dataset that `deconfound data` knows. To add one: a row here. */
export const datasetDownloads: readonly DatasetDownload[] = [
  {
    name: "cifar10",
    summary: "CIFAR-10, 60,000 colour photographs of 32×32 pixels in 10 classes",
    address: "https://www.cs.toronto.edu/~kriz/",
    files: [
      {
        name: "cifar-10-binary.tar.gz",
        bytes: 170_052_171,
        checksum: sha256("c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),
        packing: "tar.gz",
        unpackedBytes: 2e8,
        places: [[/^cifar-10-batches-bin\/((?:data_batch_\d|test_batch)\.bin|batches\.meta\.txt)$/, "$1"]],
      },
    ],
    format: "cifar10",
    train: 50_000,
    test: 10_000,
  },
  {
    name: "cifar100",
    summary: "CIFAR-100, 60,000 colour photographs of 32×32 pixels in 100 classes",
    address: "https://www.cs.toronto.edu/~kriz/",
    files: [
      {
        name: "cifar-100-binary.tar.gz",
        bytes: 168_513_733,
        checksum: sha256("58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"),
        packing: "tar.gz",
        unpackedBytes: 2e8,
        places: [[/^cifar-100-binary\/((?:train|test)\.bin|(?:fine|coarse)_label_names\.txt)$/, "$1"]],
      },
    ],
    format: "cifar100",
    train: 50_000,
    test: 10_000,
  },
  {
    name: "gtsrb",
    summary: "German Traffic Sign Recognition Benchmark, 51,839 photographs of many sizes in 43 classes",
    address: "https://sid.erda.dk/public/archives/daaeac0d7ce1152aea9b61d9f1e19370/",
    files: [
      {
        name: "GTSRB_Final_Training_Images.zip",
        bytes: 276_294_756,
        checksum: { algorithm: "md5", hex: "f33fd80ac59bff73c82d25ab499e03a3" },
        packing: "zip",
        unpackedBytes: 1e9,
        places: [[/^GTSRB\/(Final_Training\/Images\/\d{5}\/[\w-]+\.(?:ppm|csv))$/, "$1"]],
      },
      {
        name: "GTSRB_Final_Test_Images.zip",
        bytes: 88_978_620,
        checksum: sha256("48ba6fab7e877eb64eaf8de99035b0aaecfbc279bee23e35deca4ac1d0a837fa"),
        packing: "zip",
        unpackedBytes: 1e9,
        places: [[/^GTSRB\/(Final_Test\/Images\/\d{5}\.ppm)$/, "$1"]],
      },
      {
        name: "GTSRB_Final_Test_GT.zip",
        bytes: 99_620,
        checksum: sha256("f94e5a7614d75845c74c04ddb26b8796b9e483f43541dd95dd5b726504e16d6d"),
        packing: "zip",
        unpackedBytes: 1e7,
        places: [[/^(GT-final_test\.csv)$/, "Final_Test/Images/$1"]],
      },
    ],
    format: "gtsrb",
    train: 39_209,
    test: 12_630,
  },
  {
    name: "mnist",
    summary: "MNIST, 70,000 handwritten digits of 28×28 grey pixels; the authors' files on a server that is still open",
    address: "https://storage.googleapis.com/cvdf-datasets/mnist/",
    files: [
      plain(
        "train-images-idx3-ubyte.gz",
        9_912_422,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
      ),
      plain("train-labels-idx1-ubyte.gz", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
      plain("t10k-images-idx3-ubyte.gz", 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
      plain("t10k-labels-idx1-ubyte.gz", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ],
    format: "idx",
    train: 60_000,
    test: 10_000,
  },
  {
    name: "fashion-mnist",
    summary: "Fashion-MNIST, 70,000 articles of clothing of 28×28 grey pixels in 10 classes",
    address: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    files: [
      plain(
        "train-images-idx3-ubyte.gz",
        26_421_880,
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
      ),
      plain("train-labels-idx1-ubyte.gz", 29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
      plain("t10k-images-idx3-ubyte.gz", 4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
      plain("t10k-labels-idx1-ubyte.gz", 5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ],
    format: "idx",
    train: 60_000,
    test: 10_000,
  },
];
