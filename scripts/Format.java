import com.google.googlejavaformat.java.Main;

/**
 * Holds every Java file below the working directory to google-java-format: {@code check} names
 * those that differ and leaves the list for the build to fail on, {@code write} formats them in
 * place. The build runs it, see the root's pom.xml.
 */
void main(String[] arguments) throws Exception {
  Path list = Path.of("target/badly-formatted");
  Files.deleteIfExists(list);
  List<String> differing = differing(javaFiles());
  if (differing.isEmpty()) {
    return;
  }
  if (arguments[0].equals("write")) {
    format("--replace", differing);
    differing.forEach(file -> IO.println("formatted: " + file));
  } else {
    differing.forEach(file -> IO.println("badly formatted: " + file));
    Files.createDirectories(list.getParent());
    Files.write(list, differing);
  }
}

List<String> javaFiles() throws IOException {
  var files = new ArrayList<String>();
  Files.walkFileTree(
      Path.of(""),
      new SimpleFileVisitor<>() {
        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
          String name = directory.getFileName().toString();
          return name.equals("target") || name.startsWith(".")
              ? FileVisitResult.SKIP_SUBTREE
              : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
          if (file.toString().endsWith(".java")) {
            files.add(file.toString());
          }
          return FileVisitResult.CONTINUE;
        }
      });
  files.sort(null);
  return files;
}

List<String> differing(List<String> files) throws Exception {
  return format("--dry-run", files).lines().toList();
}

/** Runs the formatter; what it printed. A file that it cannot parse ends the program. */
String format(String mode, List<String> files) throws Exception {
  var printed = new StringWriter();
  var errors = new PrintWriter(System.err, true);
  var arguments = new ArrayList<>(List.of(mode));
  arguments.addAll(files);
  int status =
      new Main(new PrintWriter(printed), errors, System.in)
          .format(arguments.toArray(String[]::new));
  if (status != 0) {
    System.exit(status);
  }
  return printed.toString();
}
