/* SPDX-License-Identifier: MIT */
/* Where configuration, state and socket lie, by the environment. */
#include "config/config.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void xdg_decides_where_things_lie(void **state)
{
    char *const all[] = { (char[]){ "HOME=/h" }, (char[]){ "XDG_CONFIG_HOME=/c" },
                          (char[]){ "XDG_STATE_HOME=/s" },
                          (char[]){ "XDG_RUNTIME_DIR=/run/user/7" }, NULL };
    char *const home[] = { (char[]){ "HOME=/h" }, (char[]){ "XDG_STATE_HOME=relative" }, NULL };
    char *const none[] = { NULL };
    struct config_paths paths;
    struct err err = { 0 };

    (void)state;
    assert_true(config_paths(NULL, all, &paths, &err));
    assert_string_equal(paths.config_file, "/c/purser/config.yaml");
    assert_string_equal(paths.state_dir, "/s/purser");
    assert_string_equal(paths.socket, "/run/user/7/purser/purser.sock");
    assert_true(config_paths(NULL, home, &paths, &err));
    assert_string_equal(paths.config_file, "/h/.config/purser/config.yaml");
    assert_string_equal(paths.state_dir, "/h/.local/state/purser");
    assert_string_equal(paths.socket, "/h/.local/state/purser/purser.sock");
    assert_false(config_paths(NULL, none, &paths, &err));
    assert_int_equal(err.code, ERR_CONFIG);
}

static void a_home_puts_all_of_it_in_one_place(void **state)
{
    char *const env[] = { (char[]){ "HOME=/h" }, (char[]){ "PURSER_HOME=/demo/" },
                          (char[]){ "XDG_RUNTIME_DIR=/run/user/7" }, NULL };
    struct config_paths paths;
    char here[CONFIG_PATH], there[CONFIG_PATH + 8];

    (void)state;
    assert_true(config_paths(NULL, env, &paths, NULL));
    assert_string_equal(paths.config_file, "/demo/config.yaml");
    assert_string_equal(paths.state_dir, "/demo");
    assert_string_equal(paths.socket, "/demo/purser.sock");
    assert_true(config_paths("/flag", env, &paths, NULL)); /* the flag beats the variable */
    assert_string_equal(paths.state_dir, "/flag");
    assert_true(config_paths("rel", env, &paths, NULL));
    assert_non_null(getcwd(here, sizeof(here)));
    snprintf(there, sizeof(there), "%s/rel", here);
    assert_string_equal(paths.state_dir, there);
}

static void a_deep_home_still_has_a_socket_that_fits(void **state)
{
    char deep[300] = "PURSER_HOME=/", other[300];
    char *env[] = { deep, NULL };
    struct config_paths one, again, different;

    (void)state;
    memset(deep + strlen(deep), 'd', 200);
    assert_true(config_paths(NULL, env, &one, NULL));
    assert_true(config_paths(NULL, env, &again, NULL));
    assert_true(strlen(one.socket) < sizeof(one.socket));
    assert_string_equal(one.socket, again.socket);
    assert_true(strncmp(one.socket, one.runtime_dir, strlen(one.runtime_dir)) == 0);
    memcpy(other, deep, sizeof(other));
    strncat(other, "x", 2);
    env[0] = other;
    assert_true(config_paths(NULL, env, &different, NULL));
    assert_string_not_equal(one.socket, different.socket);
}

static void a_path_that_is_too_long_is_refused(void **state)
{
    static char huge[2000];
    struct config_paths paths;
    struct err err = { 0 };

    (void)state;
    memset(huge, 'x', sizeof(huge) - 1);
    huge[0] = '/';
    assert_false(config_paths(huge, NULL, &paths, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    huge[1020] = '\0';
    assert_false(config_paths(huge, NULL, &paths, &err));
}

static void directories_are_made_private(void **state)
{
    char top[] = "/tmp/purser-test-XXXXXX", home[64], file[80];
    struct config_paths paths;
    struct err err = { 0 };
    struct stat info;

    (void)state;
    assert_non_null(mkdtemp(top));
    snprintf(home, sizeof(home), "%s/a/b", top);
    assert_true(config_paths(home, NULL, &paths, &err));
    assert_true(config_paths_make(&paths, &err));
    assert_int_equal(stat(home, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_int_equal(chmod(home, 0755), 0); /* one that was open before is closed */
    assert_true(config_paths_make(&paths, &err));
    assert_int_equal(stat(home, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    snprintf(file, sizeof(file), "%s/plain", top);
    fclose(fopen(file, "w"));
    assert_true(config_paths(file, NULL, &paths, &err));
    assert_false(config_paths_make(&paths, &err)); /* a file is no directory */
    assert_true(err.text[0] != '\0');
    unlink(file);
    rmdir(home);
    snprintf(home, sizeof(home), "%s/a", top);
    rmdir(home);
    rmdir(top);
}

static void somebody_else_s_directory_is_refused(void **state)
{
    struct config_paths paths;
    struct err err = { 0 };

    (void)state;
    if (geteuid() == 0)
        skip(); /* root owns what others would be refused */
    assert_true(config_paths("/usr", NULL, &paths, &err));
    assert_false(config_paths_make(&paths, &err));
    assert_int_equal(err.code, ERR_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xdg_decides_where_things_lie),
        cmocka_unit_test(a_home_puts_all_of_it_in_one_place),
        cmocka_unit_test(a_deep_home_still_has_a_socket_that_fits),
        cmocka_unit_test(a_path_that_is_too_long_is_refused),
        cmocka_unit_test(directories_are_made_private),
        cmocka_unit_test(somebody_else_s_directory_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
