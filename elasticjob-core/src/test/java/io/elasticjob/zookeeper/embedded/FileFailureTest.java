package io.elasticjob.zookeeper.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FileFailureTest {

    @ParameterizedTest
    @MethodSource("failures")
    void itIsSaidWithoutThePathThatIsShownBesideIt(IOException failure, String words) {
        assertThat(FileFailure.inWords(failure, Path.of("/data"))).isEqualTo(words);
    }

    static List<Arguments> failures() {
        return List.of(
                Arguments.of(new NoSuchFileException("/data"), "there is no such file"),
                Arguments.of(new AccessDeniedException("/data"), "this user has no access"),
                Arguments.of(new AccessDeniedException("/data/myid"), "this user has no access: /data/myid"),
                Arguments.of(new FileSystemException("/data", null, "Not a directory"), "Not a directory"),
                Arguments.of(new DirectoryNotEmptyException("/data"), "DirectoryNotEmptyException"),
                Arguments.of(new IOException("No space left on device"), "No space left on device"));
    }
}
