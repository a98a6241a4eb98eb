package io.elasticjob.testing.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A {@code kubectl} on the PATH that is new enough for the clusters that our manifests are for. Needs no cluster. */
public final class Kubectl implements BooleanSupplier {

    public static final String NAME = "kubectl";

    private static final Pattern VERSION = Pattern.compile("Client Version: .*?v?1\\.(\\d+)|Minor:\"(\\d+)");
    private static final int FIRST = 29;

    @Override
    public boolean getAsBoolean() {
        try {
            return isNewEnough(run("version", "--client").output());
        } catch (UncheckedIOException missing) {
            return false;
        }
    }

    /** Decides by what {@code kubectl version --client} says. */
    static boolean isNewEnough(String version) {
        Matcher minor = VERSION.matcher(version);
        return minor.find() && Integer.parseInt(minor.group(1) != null ? minor.group(1) : minor.group(2)) >= FIRST;
    }

    /**
     * The objects that a kustomization makes.
     *
     * @throws IllegalStateException when kubectl cannot make them, or warns of something
     */
    public static String kustomize(Path folder) {
        Answer answer = run("kustomize", folder.toString());
        if (!answer.errors().isBlank()) {
            throw new IllegalStateException("kubectl kustomize " + folder + ": " + answer.errors());
        }
        return answer.output();
    }

    private record Answer(String output, String errors) {}

    private static Answer run(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "kubectl";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            Path errors = Files.createTempFile("kubectl", ".err");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectError(errors.toFile())
                        .start();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                process.onExit().join();
                return new Answer(output, Files.readString(errors));
            } finally {
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
