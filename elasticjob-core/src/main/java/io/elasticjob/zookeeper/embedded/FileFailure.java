package io.elasticjob.zookeeper.embedded;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Why a file or folder cannot be used, in words beside which its path is shown. */
final class FileFailure {

    private FileFailure() {}

    /** With the path where it is another one than the one shown. */
    static String inWords(IOException failure, Path shown) {
        if (!(failure instanceof FileSystemException ofFile)) {
            return String.valueOf(failure.getMessage());
        }
        String file = ofFile.getFile();
        return file == null || file.equals(shown.toString()) ? why(ofFile) : why(ofFile) + ": " + file;
    }

    private static String why(FileSystemException failure) {
        if (failure instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (failure instanceof AccessDeniedException) {
            return "this user has no access";
        }
        String reason = failure.getReason();
        return reason == null ? failure.getClass().getSimpleName() : reason;
    }
}
